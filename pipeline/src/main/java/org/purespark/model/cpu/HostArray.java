// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.purespark.model.engine.DeviceArray;

/** Entries in host memory outside the Java heap: weights and activations. */
final class HostArray implements DeviceArray {
    private final DataBuffer memory;
    private final FloatPointer start;
    private final long offset;
    private final long[] shape;
    private final FloatBuffer entries;
    /** Of all views of the memory. */
    private final PackedWeights packed;
    /** Made for the first product with this array. */
    private INDArray matrix;

    private HostArray(
            DataBuffer memory,
            FloatPointer start,
            long offset,
            long[] shape,
            FloatBuffer entries,
            PackedWeights packed) {
        this.memory = memory;
        this.start = start;
        this.offset = offset;
        this.shape = shape;
        this.entries = entries;
        this.packed = packed;
    }

    static HostArray allocate(long... shape) {
        long length = 1;
        for (long dimension : shape) {
            length *= dimension;
        }
        DataBuffer memory = Nd4j.createBuffer(DataType.FLOAT, Math.max(1, length), false);
        FloatPointer start = new FloatPointer(memory.addressPointer());
        start.capacity(length);
        return new HostArray(memory, start, 0, shape.clone(), start.asBuffer(), new PackedWeights());
    }

    /**
     * @throws IllegalArgumentException for an array of another engine
     */
    static HostArray of(DeviceArray array) {
        if (array instanceof HostArray host) {
            return host;
        }
        throw new IllegalArgumentException("not an array of the CPU's engine: " + array);
    }

    /** {@link #of}, or null for an array that is null. */
    static HostArray ofNullable(DeviceArray array) {
        return array == null ? null : of(array);
    }

    @Override
    public long[] shape() {
        return shape;
    }

    @Override
    public HostArray view(long from, long... ofShape) {
        long length = 1;
        for (long dimension : ofShape) {
            length *= dimension;
        }
        FloatBuffer part = entries.slice(Math.toIntExact(from), Math.toIntExact(length));
        return new HostArray(memory, start, offset + from, ofShape, part, packed);
    }

    /** Where the entries from {@code from} on lie. */
    FloatPointer address(long from) {
        return start.getPointer(offset + from);
    }

    /** Where the entries from {@code from} on lie, of all those in the memory that this array is a part of. */
    FloatPointer atStart(long from) {
        return start.getPointer(from);
    }

    /** Forms of this memory's matrices that products read. */
    PackedWeights packed() {
        return packed;
    }

    /** Number of entries before this array in its memory. */
    long offset() {
        return offset;
    }

    /** The same entries as an ND4J matrix; this array has two dimensions. */
    INDArray matrix() {
        if (matrix == null) {
            matrix = Nd4j.create(memory, shape, new long[] {shape[1], 1}, offset, 'c');
        }
        return matrix;
    }

    /** Rows [from, to) of a matrix, as an ND4J matrix. */
    INDArray rows(long from, long to) {
        return Nd4j.create(
                memory, new long[] {to - from, shape[1]}, new long[] {shape[1], 1}, offset + from * shape[1], 'c');
    }

    @Override
    public void get(long from, float[] to, int at, int count) {
        entries.get(Math.toIntExact(from), to, at, count);
    }

    @Override
    public void put(long to, float[] from, int at, int count) {
        packed.weightsChange();
        entries.put(Math.toIntExact(to), from, at, count);
    }

    @Override
    public void get(long from, FloatBuffer to) {
        to.put(to.position(), entries, Math.toIntExact(from), to.remaining());
    }

    @Override
    public void put(long to, FloatBuffer from) {
        packed.weightsChange();
        entries.put(Math.toIntExact(to), from, from.position(), from.remaining());
    }

    /** Copies {@code count} entries of another array, from {@code from} on, to those from {@code to} on. */
    void copy(long to, HostArray other, long from, long count) {
        packed.weightsChange();
        entries.put(Math.toIntExact(to), other.entries, Math.toIntExact(from), Math.toIntExact(count));
    }

    @Override
    public float get(long at) {
        return entries.get(Math.toIntExact(at));
    }

    void put(long at, float value) {
        packed.weightsChange();
        entries.put(Math.toIntExact(at), value);
    }

    /** A copy of all entries, with zeros up to the end of the last vector. */
    float[] toPaddedArray() {
        float[] values = new float[VectorLanes.padded(entries.capacity())];
        entries.get(0, values, 0, entries.capacity());
        return values;
    }

    @Override
    public void close() {
        packed.close();
        memory.close();
    }

    @Override
    public String toString() {
        return "host array " + java.util.Arrays.toString(shape);
    }
}
