// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.purespark.model.engine.DeviceArray;

/** Entries of 32 bits in a board's memory. */
final class CudaArray implements DeviceArray {
    private final Board board;
    /** Null for a view. */
    private final Arena arena;

    private final long address;
    private final long[] shape;
    private final long length;
    private boolean closed;

    private CudaArray(Board board, Arena arena, long address, long[] shape) {
        this.board = board;
        this.arena = arena;
        this.address = address;
        this.shape = shape.clone();
        this.length = lengthOf(shape);
    }

    static CudaArray allocate(Board board, Arena arena, long... shape) {
        return new CudaArray(board, arena, arena.take(Float.BYTES * lengthOf(shape)), shape);
    }

    private static long lengthOf(long[] shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    /**
     * @throws IllegalArgumentException for an array of another engine
     */
    static CudaArray of(DeviceArray array) {
        if (array instanceof CudaArray cuda) {
            return cuda;
        }
        throw new IllegalArgumentException("not an array of the CUDA engine: " + array);
    }

    /** The one in whose memory it is. */
    Board board() {
        return board;
    }

    /** Of the first entry. */
    long address() {
        return address;
    }

    /**
     * The address of entry {@code from}, with which a range starts.
     *
     * @throws IndexOutOfBoundsException if the range is not within the array
     */
    long address(long from, long count) {
        return address + Float.BYTES * Objects.checkFromIndexSize(from, count, length);
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public int size(int dimension) {
        return Math.toIntExact(shape[dimension]);
    }

    @Override
    public CudaArray view(long from, long... ofShape) {
        return new CudaArray(board, null, address(from, lengthOf(ofShape)), ofShape);
    }

    @Override
    public void get(long from, float[] to, int offset, int count) {
        get(from, FloatBuffer.wrap(to, offset, count));
    }

    @Override
    public void put(long to, float[] from, int offset, int count) {
        put(to, FloatBuffer.wrap(from, offset, count));
    }

    @Override
    public void get(long from, FloatBuffer to) {
        long start = address(from, to.remaining());
        FloatBuffer rest = to.duplicate();
        int most = board.exchangeBytes() / Float.BYTES;
        for (long at = start; rest.hasRemaining(); at += (long) Float.BYTES * most) {
            int count = Math.min(most, rest.remaining());
            rest.put(board.fetch(at, Float.BYTES * count).asFloatBuffer());
        }
    }

    @Override
    public void put(long to, FloatBuffer from) {
        long start = address(to, from.remaining());
        FloatBuffer rest = from.duplicate();
        int most = board.exchangeBytes() / Float.BYTES;
        for (long at = start; rest.hasRemaining(); at += (long) Float.BYTES * most) {
            int count = Math.min(most, rest.remaining());
            ByteBuffer lent = board.lend(Float.BYTES * count);
            lent.asFloatBuffer().put(rest.slice(rest.position(), count));
            rest.position(rest.position() + count);
            board.send(lent, at);
        }
    }

    /** A view's memory stays; it is given back once. */
    @Override
    public void close() {
        if (arena != null && !closed) {
            closed = true;
            arena.give(address, Float.BYTES * length);
        }
    }

    @Override
    public String toString() {
        return "CUDA array " + Arrays.toString(shape);
    }
}
