// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Memory on the heap for parts of messages. It is used again: a step need not clear and collect tens of megabytes.
 * Parts have few lengths, the same in every step, so there are buffers for each length. The garbage collector may take
 * buffers that are not in use. For any thread.
 */
final class PartBuffers {
    private final Map<Integer, ConcurrentLinkedDeque<SoftReference<byte[]>>> free = new ConcurrentHashMap<>();

    /** A buffer of this length; its contents are undefined. */
    ByteBuffer take(int bytes) {
        ConcurrentLinkedDeque<SoftReference<byte[]>> fitting = ofLength(bytes);
        for (SoftReference<byte[]> one = fitting.poll(); one != null; one = fitting.poll()) {
            byte[] memory = one.get();
            if (memory != null) {
                return ByteBuffer.wrap(memory);
            }
        }
        return ByteBuffer.allocate(bytes);
    }

    /** Takes back a buffer of this object that nobody reads or writes any more. */
    void giveBack(ByteBuffer buffer) {
        ofLength(buffer.array().length).push(new SoftReference<>(buffer.array()));
    }

    private ConcurrentLinkedDeque<SoftReference<byte[]>> ofLength(int bytes) {
        return free.computeIfAbsent(bytes, none -> new ConcurrentLinkedDeque<>());
    }
}
