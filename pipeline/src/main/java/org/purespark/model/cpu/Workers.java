// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed set of threads for the kernels, with the calling thread. The caller cuts the work into pieces; any thread may
 * take any piece. So the pieces of a kernel write to different places, and sums are merged in the order of the pieces:
 * results do not depend on the number of threads.
 *
 * <p>A training step has about two hundred short parallel jobs with very little between them. To wake a thread takes
 * longer than some of these jobs, so a thread that is done waits actively for a moment before it sleeps.
 */
final class Workers implements AutoCloseable {
    /** Longer than the time between two operations of a graph, and short enough not to take the core from others. */
    private static final long SPIN_NANOS = 200_000;

    private final Other[] others;
    private final Scratch scratch = new Scratch();

    /** One piece of work. */
    interface Piece {
        void run(int piece, Scratch scratch);
    }

    Workers(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads " + threads + " must be at least 1");
        }
        this.others = new Other[threads - 1];
        for (int i = 0; i < others.length; i++) {
            others[i] = new Other();
            others[i].thread.start();
        }
    }

    int threads() {
        return others.length + 1;
    }

    /**
     * Runs pieces 0 to {@code pieces} - 1 and returns when all are done; the first failure is thrown. One thread at a
     * time may call it.
     */
    void run(int pieces, Piece work) {
        if (others.length == 0 || pieces == 1) {
            for (int i = 0; i < pieces; i++) {
                runPiece(work, i, scratch);
            }
            return;
        }
        Job job = new Job(pieces, work, Math.min(others.length, pieces - 1));
        for (int i = 0; i < job.helping; i++) {
            others[i].offer(job);
        }
        job.drain(scratch);
        job.awaitOthers();
        if (job.failure != null) {
            throw new IllegalStateException("a kernel failed: " + job.failure, job.failure);
        }
    }

    private static void runPiece(Piece work, int piece, Scratch scratch) {
        try {
            work.run(piece, scratch);
        } finally {
            scratch.giveBack();
        }
    }

    /** Pieces of work; each free thread takes the next one. */
    private static final class Job {
        private final int pieces;
        private final Piece work;
        private final int helping;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger running;
        private final Thread caller = Thread.currentThread();
        private volatile Throwable failure;

        Job(int pieces, Piece work, int helping) {
            this.pieces = pieces;
            this.work = work;
            this.helping = helping;
            this.running = new AtomicInteger(helping);
        }

        void drain(Scratch scratch) {
            try {
                for (int piece = next.getAndIncrement(); piece < pieces; piece = next.getAndIncrement()) {
                    runPiece(work, piece, scratch);
                }
            } catch (RuntimeException | Error e) {
                // The caller throws it when no thread writes any more.
                failure = e;
                next.set(pieces);
            }
        }

        void help(Scratch scratch) {
            drain(scratch);
            if (running.decrementAndGet() == 0) {
                LockSupport.unpark(caller);
            }
        }

        void awaitOthers() {
            long start = System.nanoTime();
            boolean interrupted = false;
            while (running.get() > 0) {
                if (System.nanoTime() - start < SPIN_NANOS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                    interrupted |= Thread.interrupted();
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A thread that waits for jobs. */
    private static final class Other implements Runnable {
        private final Thread thread = new Thread(this, "pure-kernel");
        private final Scratch scratch = new Scratch();
        private volatile Job offered;
        private volatile boolean closed;

        Other() {
            thread.setDaemon(true);
        }

        void offer(Job job) {
            offered = job;
            LockSupport.unpark(thread);
        }

        @Override
        public void run() {
            long idleSince = System.nanoTime();
            while (!closed) {
                Job job = offered;
                if (job != null) {
                    offered = null;
                    job.help(scratch);
                    idleSince = System.nanoTime();
                } else if (System.nanoTime() - idleSince < SPIN_NANOS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            scratch.close();
        }

        /** Whether the caller was interrupted meanwhile. */
        boolean awaitEnd() {
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            return interrupted;
        }
    }

    /** Returns when all threads have given their memory back. */
    @Override
    public void close() {
        for (Other other : others) {
            other.closed = true;
            LockSupport.unpark(other.thread);
        }
        boolean interrupted = false;
        for (Other other : others) {
            interrupted |= other.awaitEnd();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        scratch.close();
    }
}
