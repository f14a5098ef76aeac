// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.checkpoint.Tensor;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Engine;

/** All P parameters of a model in one flat array of an engine's memory; the graph's parameters are views of it. */
public final class Parameters implements AutoCloseable {
    private final ParameterLayout layout;
    private final Engine engine;
    private final DeviceArray memory;
    private final Map<Matrix, DeviceArray> transposed = new HashMap<>();

    private Parameters(ParameterLayout layout, Engine engine) {
        this.layout = layout;
        this.engine = engine;
        this.memory = engine.allocate(layout.size());
    }

    /**
     * Copies the tensors into the flat array.
     *
     * @param tensors by canonical name, with the layout's shapes; others are ignored
     * @param engine the engine with their memory; it also makes copies, so it must be open as long as they are
     * @throws IllegalArgumentException for a missing tensor, or one of another size
     */
    public static Parameters of(ParameterLayout layout, SortedMap<String, Tensor> tensors, Engine engine) {
        Parameters parameters = new Parameters(layout, engine);
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
    public DeviceArray memory() {
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

    /** A parameter in the form of the graph. */
    DeviceArray inGraph(EncoderGraph.Parameter parameter) {
        int[] shape = parameter.shape();
        return switch (parameter.form()) {
            case VIEW -> memory.view(parameter.offset(), parameter.shapeInGraph());
            case TRANSPOSED_COPY -> transposed(new Matrix(parameter.offset(), shape[0], shape[1]))
                    .view(0, parameter.shapeInGraph());
        };
    }

    private record Matrix(int offset, int rows, int columns) {}

    /**
     * A transposed copy of the matrix [rows, columns]: [columns, rows]. It is made once for all users, and does not
     * change with the parameters.
     */
    private synchronized DeviceArray transposed(Matrix matrix) {
        return transposed.computeIfAbsent(
                matrix, of -> engine.transposed(memory.view(of.offset(), of.rows(), of.columns())));
    }

    /** Bytes of all copies of matrices. */
    synchronized long transposedBytes() {
        return transposed.values().stream()
                .mapToLong(copy -> Float.BYTES * copy.length())
                .sum();
    }

    @Override
    public void close() {
        transposed.values().forEach(DeviceArray::close);
        transposed.clear();
        memory.close();
    }
}
