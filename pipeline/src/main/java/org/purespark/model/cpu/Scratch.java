// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Arrays that one thread uses again and again. Each call takes the next one, so two users within a piece of work never
 * have the same array; all are given back at the end of the piece. Contents are undefined.
 */
final class Scratch {
    private final List<float[]> arrays = new ArrayList<>();
    private int taken;
    private HostArray memory;
    private boolean memoryTaken;
    private OneDnnThread products;

    /** What the thread multiplies with; {@code made} makes it at the first call. */
    OneDnnThread products(Supplier<OneDnnThread> made) {
        if (products == null) {
            products = made.get();
        }
        return products;
    }

    /** An array of at least {@code length} entries, in whole vectors. */
    float[] floats(int length) {
        if (taken == arrays.size()) {
            arrays.add(null);
        }
        float[] array = arrays.get(taken);
        if (array == null || array.length < length) {
            array = new float[VectorLanes.padded(length + length / 4)];
            arrays.set(taken, array);
        }
        taken++;
        return array;
    }

    /** Like {@link #floats}, with the first {@code length} entries zero. */
    float[] zeros(int length) {
        float[] values = floats(length);
        Arrays.fill(values, 0, length, 0f);
        return values;
    }

    /**
     * A matrix [rows, columns] outside the heap.
     *
     * @throws IllegalStateException if the piece of work has one already
     */
    HostArray matrix(int rows, int columns) {
        if (memoryTaken) {
            throw new IllegalStateException("a piece of work takes one matrix");
        }
        memoryTaken = true;
        long length = (long) rows * columns;
        if (memory == null || memory.length() < length) {
            closeMemory();
            memory = HostArray.allocate(length + length / 4);
        }
        return memory.view(0, rows, columns);
    }

    /** Takes all arrays back, at the end of a piece of work. */
    void giveBack() {
        taken = 0;
        memoryTaken = false;
    }

    /** Gives native memory back. */
    void close() {
        closeMemory();
        if (products != null) {
            products.close();
            products = null;
        }
    }

    private void closeMemory() {
        if (memory != null) {
            memory.close();
            memory = null;
        }
    }
}
