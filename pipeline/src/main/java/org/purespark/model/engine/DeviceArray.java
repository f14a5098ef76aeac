// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import java.nio.FloatBuffer;

/**
 * Float32 entries in the memory of an {@link Engine}, row after row. The host reads and writes ranges of them; only the
 * exchange, checkpoints and results do so. A range that is not within the array is refused with an
 * {@link IndexOutOfBoundsException}.
 */
public interface DeviceArray extends AutoCloseable {
    /** Length of each dimension; empty for a single value. */
    long[] shape();

    /** Number of entries. */
    default long length() {
        long length = 1;
        for (long dimension : shape()) {
            length *= dimension;
        }
        return length;
    }

    /** Length of dimension {@code dimension}. */
    default int size(int dimension) {
        return Math.toIntExact(shape()[dimension]);
    }

    /**
     * Entries from {@code from} on, in another shape, in the same memory. It is closed with this array, not by itself.
     */
    DeviceArray view(long from, long... shape);

    /** Copies entries from {@code from} on to {@code to[offset .. offset + count)}. */
    void get(long from, float[] to, int offset, int count);

    /** Copies {@code from[offset .. offset + count)} to the entries from {@code to} on. */
    void put(long to, float[] from, int offset, int count);

    /** Fills {@code to} from its position to its limit; the position stays. */
    void get(long from, FloatBuffer to);

    /** Writes {@code from} from its position to its limit; the position stays. */
    void put(long to, FloatBuffer from);

    /** One entry. */
    default float get(long at) {
        float[] one = new float[1];
        get(at, one, 0, 1);
        return one[0];
    }

    /** All entries, copied. */
    default float[] toArray() {
        float[] values = new float[Math.toIntExact(length())];
        get(0, values, 0, values.length);
        return values;
    }

    /** Gives the memory back. */
    @Override
    void close();
}
