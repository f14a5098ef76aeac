package org.purespark.train;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * One task's side of the exchange between the N tasks of one training. All tasks go through the same rounds in the same
 * order; what a task offers in a round stays there for the others until it is withdrawn.
 *
 * <p>A message is a note, the same for all, short and of at least a byte, and a piece, which may be long and comes in parts of at most
 * {@link #PART_BYTES}.
 */
public interface Exchange extends AutoCloseable {
    /** Largest part of a piece, in bytes; a multiple of 4. */
    int PART_BYTES = 4 << 20;

    /** What is exchanged in a step, in the order in which it is. */
    enum Kind {
        /** Once, at the beginning: where each task stands. */
        START,
        GRADIENTS,
        NORM,
        PARAMETERS,
        /** In some steps: that a task's part of a checkpoint is written. */
        CHECKPOINT
    }

    /** @param step over all epochs, from 1; 0 before the first */
    record Round(int step, Kind kind) {}

    /**
     * What came from another task.
     *
     * @param announcedNanos {@link System#nanoTime} at which this task learned that it was there to be fetched
     */
    record Message(ByteBuffer note, List<ByteBuffer> piece, long announcedNanos) {}

    /** A message that is on its way. */
    interface Pending {
        /**
         * Waits for it.
         *
         * @throws IllegalStateException where it cannot come any more: the other task is lost, or this one was cancelled
         */
        Message take();
    }

    /** This task's number, 0 to N - 1. */
    int rank();

    /** N, at least 1. */
    int tasks();

    /**
     * Memory for a part that will be offered; what is in it means nothing. It is the exchange's again when what was offered
     * is withdrawn.
     *
     * @param bytes at most {@link #PART_BYTES}
     */
    ByteBuffer part(int bytes);

    /** Gives back the memory of a message's piece, which nobody reads any more. */
    void release(Message message);

    /** Offers a note to all, and to each other task a piece of its own: {@code pieces.get(rank)}; its own is left out. */
    void offerEach(Round round, ByteBuffer note, List<List<ByteBuffer>> pieces);

    /** Offers the same note and piece to all other tasks. */
    void offerAll(Round round, ByteBuffer note, List<ByteBuffer> piece);

    /**
     * Begins to fetch what another task offers, or will offer, in a round.
     *
     * @param pieceBytes length of its piece
     */
    Pending expect(Round round, int from, long pieceBytes);

    /** Takes back what this task has offered in a round; all others must have taken it. */
    void withdraw(Round round);

    /** Takes everything back that is still offered. All others must have taken what they need. */
    @Override
    void close();

    /** Parts of a piece of that many bytes. */
    static int parts(long pieceBytes) {
        return Math.toIntExact((pieceBytes + PART_BYTES - 1) / PART_BYTES);
    }

    /** The only task of a training: it exchanges nothing. */
    static Exchange alone() {
        return new Alone();
    }

    /** N = 1. */
    record Alone() implements Exchange {
        @Override
        public int rank() {
            return 0;
        }

        @Override
        public int tasks() {
            return 1;
        }

        @Override
        public ByteBuffer part(int bytes) {
            throw new IllegalStateException("there is no task to offer anything to");
        }

        @Override
        public void release(Message message) {}

        @Override
        public void offerEach(Round round, ByteBuffer note, List<List<ByteBuffer>> pieces) {}

        @Override
        public void offerAll(Round round, ByteBuffer note, List<ByteBuffer> piece) {}

        @Override
        public Pending expect(Round round, int from, long pieceBytes) {
            throw new IllegalStateException("there is no task " + from + " besides this one");
        }

        @Override
        public void withdraw(Round round) {}

        @Override
        public void close() {}
    }
}
