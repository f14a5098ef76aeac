package org.purespark.model.ops;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.internal.SessionMemMgr;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Off-heap arrays that are used again instead of allocated again: allocation zero-fills slowly and took up to 40 % of a
 * training step. Batches differ in their number of tokens, so buffers come in size classes a quarter apart.
 */
final class ArrayPool implements SessionMemMgr {
    private final Map<DataType, Map<Long, ArrayDeque<DataBuffer>>> free = new HashMap<>();
    private final Map<INDArray, DataBuffer> lent = new IdentityHashMap<>();

    @Override
    public INDArray allocate(boolean detached, DataType type, long... shape) {
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

    @Override
    public INDArray allocate(boolean detached, LongShapeDescriptor descriptor) {
        if (descriptor.isEmpty()) {
            return Nd4j.create(descriptor, false);
        }
        // Every array here is c-ordered: the kernels count on it, and ND4J's own ops write by stride.
        return allocate(detached, descriptor.dataType(), descriptor.getShape());
    }

    @Override
    public INDArray ulike(INDArray array) {
        return allocate(false, array.dataType(), array.shape());
    }

    @Override
    public INDArray dup(INDArray array) {
        INDArray copy = ulike(array);
        copy.assign(array);
        return copy;
    }

    /** Takes back an array of this pool; arrays from elsewhere (parameters, inputs) are left to their owners. */
    @Override
    public void release(INDArray array) {
        DataBuffer buffer = lent.remove(array);
        if (buffer != null) {
            free.get(buffer.dataType())
                    .computeIfAbsent(buffer.length(), length -> new ArrayDeque<>())
                    .addLast(buffer);
        }
    }

    /**
     * Takes back everything but {@code kept}: upstream forgets to release what an op puts out and nothing reads, such as
     * what only a backward pass needs.
     */
    void releaseAllBut(Collection<INDArray> kept) {
        Set<INDArray> keep = Collections.newSetFromMap(new IdentityHashMap<>());
        keep.addAll(kept);
        List<INDArray> forgotten = new ArrayList<>();
        for (INDArray array : lent.keySet()) {
            if (!keep.contains(array)) {
                forgotten.add(array);
            }
        }
        forgotten.forEach(this::release);
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
