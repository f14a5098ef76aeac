// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.nio.FloatBuffer;
import org.purespark.model.engine.DeviceArray;

/** Entries in the Java heap: gradient sums and moments, which Java's vectors read without a copy. */
final class HeapArray implements DeviceArray {
    private final float[] entries;

    HeapArray(int length) {
        this.entries = new float[length];
    }

    /**
     * @throws IllegalArgumentException for another array
     */
    static float[] of(DeviceArray array) {
        if (array instanceof HeapArray heap) {
            return heap.entries;
        }
        throw new IllegalArgumentException("not state of the CPU's engine: " + array);
    }

    @Override
    public long[] shape() {
        return new long[] {entries.length};
    }

    @Override
    public DeviceArray view(long from, long... shape) {
        throw new IllegalStateException("state of a training is read and written by ranges");
    }

    @Override
    public void get(long from, float[] to, int offset, int count) {
        System.arraycopy(entries, Math.toIntExact(from), to, offset, count);
    }

    @Override
    public void put(long to, float[] from, int offset, int count) {
        System.arraycopy(from, offset, entries, Math.toIntExact(to), count);
    }

    @Override
    public void get(long from, FloatBuffer to) {
        to.put(to.position(), FloatBuffer.wrap(entries), Math.toIntExact(from), to.remaining());
    }

    @Override
    public void put(long to, FloatBuffer from) {
        from.get(from.position(), entries, Math.toIntExact(to), from.remaining());
    }

    @Override
    public void close() {
        // The garbage collector frees it.
    }

    @Override
    public String toString() {
        return "state of " + entries.length + " entries";
    }
}
