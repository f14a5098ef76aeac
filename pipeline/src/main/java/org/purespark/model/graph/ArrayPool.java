// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.graph;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Engine;

/**
 * Arrays of an engine that are used again: allocation fills memory with zeros, which is slow (up to 40 % of a training
 * step). Batches have different numbers of tokens, so memory comes in size classes a quarter apart.
 */
final class ArrayPool implements AutoCloseable {
    private static final long SMALLEST = 16;

    private final Engine engine;
    private final Map<Long, ArrayDeque<DeviceArray>> free = new HashMap<>();
    private final Map<DeviceArray, DeviceArray> lent = new IdentityHashMap<>();

    ArrayPool(Engine engine) {
        this.engine = engine;
    }

    /** An array whose contents are undefined. */
    DeviceArray allocate(long... shape) {
        long length = 1;
        for (long dimension : shape) {
            length *= dimension;
        }
        long capacity = sizeClass(length);
        ArrayDeque<DeviceArray> idle = free.get(capacity);
        DeviceArray memory = idle == null || idle.isEmpty() ? engine.allocate(capacity) : idle.removeLast();
        DeviceArray array = memory.view(0, shape);
        lent.put(array, memory);
        return array;
    }

    /** Takes back an array of this pool; ignores other arrays (parameters, inputs), which belong to their owners. */
    void release(DeviceArray array) {
        DeviceArray memory = lent.remove(array);
        if (memory != null) {
            free.computeIfAbsent(memory.length(), length -> new ArrayDeque<>()).addLast(memory);
        }
    }

    /** Bytes of all arrays, lent out or idle. */
    long heldBytes() {
        long floats = 0;
        for (DeviceArray memory : lent.values()) {
            floats += memory.length();
        }
        for (ArrayDeque<DeviceArray> idle : free.values()) {
            for (DeviceArray memory : idle) {
                floats += memory.length();
            }
        }
        return Float.BYTES * floats;
    }

    @Override
    public void close() {
        free.values().forEach(idle -> idle.forEach(DeviceArray::close));
        free.clear();
        lent.values().forEach(DeviceArray::close);
        lent.clear();
    }

    /** The next of …, 2^k, 1.25·2^k, 1.5·2^k, 1.75·2^k, 2^(k+1), …, at least 16. */
    static long sizeClass(long length) {
        if (length <= SMALLEST) {
            return SMALLEST;
        }
        long quarter = Long.highestOneBit(length - 1) / 4;
        return (length + quarter - 1) / quarter * quarter;
    }
}
