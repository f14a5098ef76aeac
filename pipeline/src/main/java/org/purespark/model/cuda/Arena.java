// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A task's memory on a board. It takes large chunks and hands out parts of them: the board's own calls are slow, and
 * wait for all work. Work is done in order, so a part may be given back and handed out again while kernels that read it
 * still wait; those of another board, which read it too, must have ended. The board is closed with the last part after
 * {@link #close}.
 */
final class Arena implements AutoCloseable {
    /** Parts start at multiples of it. */
    static final long ALIGNMENT = 256;

    private final Board board;
    private final long chunkBytes;
    private final List<Chunk> chunks = new ArrayList<>();
    private long usedBytes;
    private State state = State.OPEN;

    private enum State {
        OPEN,
        /** Waits for the last part. */
        CLOSING,
        CLOSED
    }

    /** @param chunkBytes what it takes at once; more for a part that is larger */
    Arena(Board board, long chunkBytes) {
        this.board = board;
        this.chunkBytes = chunkBytes;
    }

    private static final class Chunk {
        final long address;
        final long bytes;
        /** Offset and length of what is free; no two are neighbours. */
        final TreeMap<Long, Long> free = new TreeMap<>();

        Chunk(long address, long bytes) {
            this.address = address;
            this.bytes = bytes;
            free.put(0L, bytes);
        }

        boolean isUnused() {
            return free.size() == 1 && free.firstEntry().getValue() == bytes;
        }

        boolean holds(long of) {
            return of >= address && of < address + bytes;
        }
    }

    /**
     * A part, whose contents are undefined.
     *
     * @param bytes at least 0
     * @return its address, a multiple of {@link #ALIGNMENT}
     * @throws IllegalStateException after {@link #close}
     */
    synchronized long take(long bytes) {
        if (state != State.OPEN) {
            throw new IllegalStateException("the engine's memory is closed");
        }
        long length = rounded(bytes);
        for (Chunk chunk : chunks) {
            Long offset = smallestThatFits(chunk, length);
            if (offset != null) {
                return take(chunk, offset, length);
            }
        }
        long size = Math.max(chunkBytes, length);
        Chunk chunk = new Chunk(board.allocate(size), size);
        chunks.add(chunk);
        return take(chunk, 0, length);
    }

    private static Long smallestThatFits(Chunk chunk, long length) {
        Long best = null;
        long bestLength = Long.MAX_VALUE;
        for (Map.Entry<Long, Long> part : chunk.free.entrySet()) {
            if (part.getValue() >= length && part.getValue() < bestLength) {
                best = part.getKey();
                bestLength = part.getValue();
            }
        }
        return best;
    }

    private long take(Chunk chunk, long offset, long length) {
        long there = chunk.free.remove(offset);
        if (there > length) {
            chunk.free.put(offset + length, there - length);
        }
        usedBytes += length;
        return chunk.address + offset;
    }

    /** Takes a part back. */
    synchronized void give(long address, long bytes) {
        Chunk chunk = chunks.stream()
                .filter(each -> each.holds(address))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no part of this memory starts at " + address));
        long offset = address - chunk.address;
        long length = rounded(bytes);
        usedBytes -= length;
        Map.Entry<Long, Long> before = chunk.free.lowerEntry(offset);
        if (before != null && before.getKey() + before.getValue() == offset) {
            offset = before.getKey();
            length += before.getValue();
        }
        Long behind = chunk.free.remove(offset + length);
        chunk.free.put(offset, length + (behind == null ? 0 : behind));
        if (state == State.CLOSING) {
            closeIfUnused();
        }
    }

    /** Bytes of all parts that are handed out. */
    synchronized long usedBytes() {
        return usedBytes;
    }

    /** Bytes of all chunks. */
    synchronized long heldBytes() {
        return chunks.stream().mapToLong(chunk -> chunk.bytes).sum();
    }

    private static long rounded(long bytes) {
        return Math.max(ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    }

    /** No part is handed out from now on; the board is closed as soon as all are back. */
    @Override
    public synchronized void close() {
        if (state == State.OPEN) {
            state = State.CLOSING;
            closeIfUnused();
        }
    }

    private void closeIfUnused() {
        if (chunks.stream().allMatch(Chunk::isUnused)) {
            chunks.forEach(chunk -> board.free(chunk.address));
            chunks.clear();
            state = State.CLOSED;
            board.close();
        }
    }
}
