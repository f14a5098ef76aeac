// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.purespark.model.engine.Peers;

/**
 * One task's side of the exchange between the N tasks of one training. All tasks do the same rounds in the same order.
 * A message that a task offers in a round stays available to the others until it is withdrawn.
 *
 * <p>A message is a note and a piece. The note is short, has at least one byte, and is the same for all. The piece may
 * be long; it consists of parts of at most {@link #PART_BYTES}.
 */
public interface Exchange extends AutoCloseable {
    /** Largest part of a piece, in bytes; a multiple of 4. */
    int PART_BYTES = 4 << 20;

    /** What is exchanged in a step, in this order. */
    enum PartKind {
        /** Once, at the beginning: the step from which each task continues. */
        START,
        GRADIENTS,
        NORM,
        PARAMETERS,
        /** In some steps: a task's part of a checkpoint is written. */
        CHECKPOINT
    }

    /** @param step over all epochs, from 1; 0 before the first */
    record Round(int step, PartKind kind) {}

    /**
     * A message from another task.
     *
     * @param announcedNanos {@link System#nanoTime} at which this task found that the message was available
     */
    record Message(ByteBuffer note, List<ByteBuffer> piece, long announcedNanos) {}

    /** A message that is not received yet. */
    interface Pending {
        /**
         * Waits for it.
         *
         * @throws IllegalStateException if it cannot come any more: the other task is lost, or this one is cancelled
         */
        Message take();
    }

    /** What sends the long arrays from device to device; if there is none, they are pieces of messages. */
    default Optional<Peers> peers() {
        return Optional.empty();
    }

    /** This task's number, 0 to N - 1. */
    int rank();

    /** N, at least 1. */
    int tasks();

    /**
     * Memory for a part to offer; its contents are undefined. It belongs to the exchange again when the message is
     * withdrawn.
     *
     * @param bytes at most {@link #PART_BYTES}
     */
    ByteBuffer part(int bytes);

    /** Gives back the memory of a message's piece; nobody may read it afterwards. */
    void release(Message message);

    /**
     * Offers a note to all, and to each other task its own piece, {@code pieces.get(rank)}; this task's piece is
     * ignored.
     */
    void offerEach(Round round, ByteBuffer note, List<List<ByteBuffer>> pieces);

    /** Offers the same note and piece to all other tasks. */
    void offerAll(Round round, ByteBuffer note, List<ByteBuffer> piece);

    /**
     * Begins to fetch the message that another task offers, or will offer, in a round.
     *
     * @param pieceBytes length of its piece
     */
    Pending expect(Round round, int from, long pieceBytes);

    /** Withdraws this task's message of a round; all others must have received it. */
    void withdraw(Round round);

    /** Withdraws all messages that are still offered. All others must have received what they need. */
    @Override
    void close();

    /** Number of parts of a piece. */
    static int parts(long pieceBytes) {
        return Math.toIntExact((pieceBytes + PART_BYTES - 1) / PART_BYTES);
    }

    /** The only task of a training: it exchanges nothing. */
    static Exchange alone() {
        return new Alone();
    }

    /** The exchange with N = 1. */
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
