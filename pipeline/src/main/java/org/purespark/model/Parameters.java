package org.purespark.model;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.purespark.checkpoint.Tensor;
import org.purespark.model.ops.Floats;

/** All P parameters of a model in one off-heap float32 array; the graph's variables are views of it. */
public final class Parameters implements AutoCloseable {
    private final ParameterLayout layout;
    private final INDArray flat;
    private final Floats memory;
    private final Map<Matrix, INDArray> transposed = new HashMap<>();

    private Parameters(ParameterLayout layout) {
        this.layout = layout;
        this.flat = Nd4j.createUninitializedDetached(DataType.FLOAT, layout.size());
        this.memory = Floats.of(flat);
    }

    /**
     * Copies the tensors into their places.
     *
     * @param tensors by canonical name, with the layout's shapes; others are ignored
     * @throws IllegalArgumentException for a tensor that is missing or of another size
     */
    public static Parameters of(ParameterLayout layout, SortedMap<String, Tensor> tensors) {
        Parameters parameters = new Parameters(layout);
        for (ParameterLayout.Slice slice : layout.slices().values()) {
            Tensor tensor = tensors.get(slice.name());
            if (tensor == null || !java.util.Arrays.equals(tensor.shape(), slice.shape())) {
                throw new IllegalArgumentException("parameter " + slice.name() + ": expected shape "
                        + java.util.Arrays.toString(slice.shape()) + ", given "
                        + (tensor == null ? "none" : java.util.Arrays.toString(tensor.shape())));
            }
            parameters.memory.put(slice.offset(), tensor.values(), 0, slice.length());
        }
        return parameters;
    }

    public ParameterLayout layout() {
        return layout;
    }

    /** The P entries, for reading and writing by offset. */
    public Floats memory() {
        return memory;
    }

    /** Copies of all tensors, by canonical name. */
    public SortedMap<String, Tensor> tensors() {
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        for (ParameterLayout.Slice slice : layout.slices().values()) {
            float[] values = new float[slice.length()];
            memory.get(slice.offset(), values, 0, values.length);
            tensors.put(slice.name(), new Tensor(slice.shape().clone(), values));
        }
        return tensors;
    }

    /** A view of the entries from {@code offset}, in the given shape. */
    INDArray view(int offset, int... shape) {
        long length = 1;
        long[] dimensions = new long[shape.length];
        for (int i = 0; i < shape.length; i++) {
            dimensions[i] = shape[i];
            length *= shape[i];
        }
        return flat.get(NDArrayIndex.interval(offset, offset + length)).reshape('c', dimensions);
    }

    private record Matrix(int offset, int rows, int columns) {}

    /**
     * A copy of the matrix [rows, columns] that starts at {@code offset}, transposed: [columns, rows]. It is made once, for
     * all who ask, and does not follow what is written to the parameters afterwards.
     */
    synchronized INDArray transposed(int offset, int rows, int columns) {
        return transposed.computeIfAbsent(new Matrix(offset, rows, columns), matrix -> Nd4j.createUninitializedDetached(
                        DataType.FLOAT, columns, rows)
                .assign(view(offset, rows, columns).transpose()));
    }

    /** Bytes of all copies that {@link #transposed} made. */
    synchronized long transposedBytes() {
        return transposed.values().stream()
                .mapToLong(copy -> Float.BYTES * copy.length())
                .sum();
    }

    @Override
    public void close() {
        transposed.values().forEach(INDArray::close);
        transposed.clear();
        flat.close();
    }
}
