// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.purespark.model.engine.DeviceArray;

/** Entries of a Java array, row after row. A view has the same Java array. Each index is checked. */
final class ReferenceArray implements DeviceArray {
    private final float[] entries;
    private final int offset;
    private final long[] shape;
    private final int length;

    private ReferenceArray(float[] entries, int offset, long[] shape) {
        this.entries = entries;
        this.offset = offset;
        this.shape = shape.clone();
        this.length = Math.toIntExact(length());
        Objects.checkFromIndexSize(offset, length, entries.length);
    }

    /** Each entry is NaN, so that a result that depends on an entry before it is written is NaN, too. */
    static ReferenceArray unwritten(long... shape) {
        return filled(Float.NaN, shape);
    }

    /** Each entry is {@code value}. */
    static ReferenceArray filled(float value, long... shape) {
        float[] entries = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
        Arrays.fill(entries, value);
        return new ReferenceArray(entries, 0, shape);
    }

    /**
     * @throws IllegalArgumentException for an array of another engine
     */
    static ReferenceArray of(DeviceArray array) {
        if (array instanceof ReferenceArray reference) {
            return reference;
        }
        throw new IllegalArgumentException("not an array of the reference engine: " + array);
    }

    /** {@link #of}, or null for an array that is null. */
    static ReferenceArray ofNullable(DeviceArray array) {
        return array == null ? null : of(array);
    }

    /** Entry [i], of the entries in one row. */
    double at(long i) {
        return entries[index(i)];
    }

    /** Entry [i, j]. */
    double at(int i, int j) {
        return at(flat(i, j));
    }

    /** Entry [i, j, k]. */
    double at(int i, int j, int k) {
        return at(flat(i, j, k));
    }

    /** Sets entry [i], of the entries in one row, to the float32 that is nearest to {@code value}. */
    void set(long i, double value) {
        entries[index(i)] = (float) value;
    }

    /** The value of each entry of a vector. */
    interface Vector {
        double at(int i);
    }

    /** The value of each entry of a matrix. */
    interface Matrix {
        double at(int i, int j);
    }

    /** The value of each entry of three dimensions. */
    interface Block {
        double at(int i, int j, int k);
    }

    /** Sets all entries [i], of the entries in one row. */
    void fill(Vector value) {
        for (int i = 0; i < length; i++) {
            set(i, value.at(i));
        }
    }

    /** Sets all entries [i, j], row after row. */
    void fill(Matrix value) {
        for (int i = 0; i < shape[0]; i++) {
            for (int j = 0; j < shape[1]; j++) {
                set(flat(i, j), value.at(i, j));
            }
        }
    }

    /** Sets all entries [i, j, k], row after row. */
    void fill(Block value) {
        for (int i = 0; i < shape[0]; i++) {
            for (int j = 0; j < shape[1]; j++) {
                for (int k = 0; k < shape[2]; k++) {
                    set(flat(i, j, k), value.at(i, j, k));
                }
            }
        }
    }

    /** Sets a part of a matrix: entry [row + i, column + j] to value [i, j], 0 ≤ i < rows, 0 ≤ j < columns. */
    void fillPart(int row, int column, int rows, int columns, Matrix value) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                set(row + i, column + j, value.at(i, j));
            }
        }
    }

    /** Sets entry [i, j]. */
    void set(int i, int j, double value) {
        set(flat(i, j), value);
    }

    private int index(long i) {
        return offset + Math.toIntExact(Objects.checkIndex(i, length));
    }

    private long flat(int i, int j) {
        return i * shape[1] + Objects.checkIndex(j, shape[1]);
    }

    private long flat(int i, int j, int k) {
        return flat(i, j) * shape[2] + Objects.checkIndex(k, shape[2]);
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    @Override
    public int size(int dimension) {
        return Math.toIntExact(shape[dimension]);
    }

    @Override
    public ReferenceArray view(long from, long... ofShape) {
        ReferenceArray view = new ReferenceArray(entries, Math.toIntExact(offset + from), ofShape);
        Objects.checkFromIndexSize(from, view.length, length);
        return view;
    }

    /** The start of a range in the Java array. */
    private int range(long from, int count) {
        return offset + Math.toIntExact(Objects.checkFromIndexSize(from, count, length));
    }

    @Override
    public void get(long from, float[] to, int at, int count) {
        System.arraycopy(entries, range(from, count), to, at, count);
    }

    @Override
    public void put(long to, float[] from, int at, int count) {
        System.arraycopy(from, at, entries, range(to, count), count);
    }

    @Override
    public void get(long from, FloatBuffer to) {
        to.put(to.position(), entries, range(from, to.remaining()), to.remaining());
    }

    @Override
    public void put(long to, FloatBuffer from) {
        from.get(from.position(), entries, range(to, from.remaining()), from.remaining());
    }

    @Override
    public void close() {
        // The garbage collector frees it.
    }

    @Override
    public String toString() {
        return "reference array " + Arrays.toString(shape);
    }
}
