package org.purespark.spark;

import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Memory for parts of messages, on the heap, which is used again: tens of megabytes need not be cleared and
 * collected anew in every step. Parts have few lengths, the same in every step, so each length has its own. What is
 * not in use goes where the heap is needed for something else. For any thread.
 */
final class PartBuffers {
    private final Map<Integer, ConcurrentLinkedDeque<SoftReference<byte[]>>> free = new ConcurrentHashMap<>();

    /** A buffer of that length; what is in it is left over from something else. */
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

    /** Takes back a buffer that came from here and that nobody reads or writes any more. */
    void giveBack(ByteBuffer buffer) {
        ofLength(buffer.array().length).push(new SoftReference<>(buffer.array()));
    }

    private ConcurrentLinkedDeque<SoftReference<byte[]>> ofLength(int bytes) {
        return free.computeIfAbsent(bytes, none -> new ConcurrentLinkedDeque<>());
    }
}
