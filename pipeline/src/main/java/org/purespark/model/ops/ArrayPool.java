package org.purespark.model.ops;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Off-heap arrays that are used again instead of allocated again: allocation zero-fills slowly and took up to 40 % of a
 * training step. Batches differ in their number of tokens, so buffers come in size classes a quarter apart.
 */
final class ArrayPool implements AutoCloseable {
    private final Map<DataType, Map<Long, ArrayDeque<DataBuffer>>> free = new HashMap<>();
    private final Map<INDArray, DataBuffer> lent = new IdentityHashMap<>();

    /** A c-ordered array; its contents are undefined. */
    INDArray allocate(DataType type, long... shape) {
        long length = 1;
        for (long dimension : shape) {
            length *= dimension;
        }
        if (length == 0) {
            return Nd4j.create(type, shape);
        }
        long capacity = sizeClass(length);
        ArrayDeque<DataBuffer> idle =
                free.computeIfAbsent(type, t -> new HashMap<>()).get(capacity);
        DataBuffer buffer =
                idle == null || idle.isEmpty() ? Nd4j.createBuffer(type, capacity, false) : idle.removeLast();
        INDArray array = shape.length == 0
                ? Nd4j.create(buffer, new long[0], new long[0], 0, 'c')
                : Nd4j.create(buffer, shape, Nd4j.getStrides(shape, 'c'), 0, 'c');
        lent.put(array, buffer);
        return array;
    }

    /** Takes back an array of this pool; arrays from elsewhere (parameters, inputs) are left to their owners. */
    void release(INDArray array) {
        DataBuffer buffer = lent.remove(array);
        if (buffer != null) {
            free.get(buffer.dataType())
                    .computeIfAbsent(buffer.length(), length -> new ArrayDeque<>())
                    .addLast(buffer);
        }
    }

    /** Bytes of all buffers, lent out or idle. */
    long heldBytes() {
        long bytes = 0;
        for (DataBuffer buffer : lent.values()) {
            bytes += buffer.length() * buffer.getElementSize();
        }
        for (Map<Long, ArrayDeque<DataBuffer>> classes : free.values()) {
            for (ArrayDeque<DataBuffer> buffers : classes.values()) {
                for (DataBuffer buffer : buffers) {
                    bytes += buffer.length() * buffer.getElementSize();
                }
            }
        }
        return bytes;
    }

    @Override
    public void close() {
        for (Map<Long, ArrayDeque<DataBuffer>> classes : free.values()) {
            classes.values().forEach(buffers -> buffers.forEach(DataBuffer::close));
            classes.clear();
        }
        lent.values().forEach(DataBuffer::close);
        lent.clear();
    }

    /** The next of …, 2^k, 1.25·2^k, 1.5·2^k, 1.75·2^k, 2^(k+1), …, at least 16. */
    static long sizeClass(long length) {
        if (length <= 16) {
            return 16;
        }
        long quarter = Long.highestOneBit(length - 1) / 4;
        return (length + quarter - 1) / quarter * quarter;
    }
}
