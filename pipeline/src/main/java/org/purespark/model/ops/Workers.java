package org.purespark.model.ops;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fixed set of threads for the row-wise kernels, the calling thread among them. Work is cut into pieces by the caller,
 * by the data alone; which thread takes which piece is left open, so a kernel writes disjoint places and its sums are
 * merged in the order of the pieces: results do not depend on the number of threads.
 */
public final class Workers implements AutoCloseable {
    private final int threads;
    private final ExecutorService others;
    private final Scratch[] scratches;

    /** One piece of work. */
    public interface Piece {
        void run(int piece, Scratch scratch);
    }

    public Workers(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads " + threads + " must be at least 1");
        }
        this.threads = threads;
        this.others = threads == 1
                ? null
                : Executors.newFixedThreadPool(threads - 1, run -> {
                    Thread thread = new Thread(run, "pure-kernel");
                    thread.setDaemon(true);
                    return thread;
                });
        this.scratches = new Scratch[threads];
        for (int i = 0; i < threads; i++) {
            scratches[i] = new Scratch();
        }
    }

    public int threads() {
        return threads;
    }

    /** Runs pieces 0 to {@code pieces} - 1 and returns when all are done; the first failure is thrown. */
    public void run(int pieces, Piece work) {
        if (others == null || pieces == 1) {
            for (int i = 0; i < pieces; i++) {
                work.run(i, scratches[0]);
            }
            return;
        }
        AtomicInteger next = new AtomicInteger();
        Future<?>[] running = new Future<?>[threads - 1];
        for (int t = 0; t < running.length; t++) {
            Scratch scratch = scratches[t + 1];
            running[t] = others.submit(() -> drain(next, pieces, work, scratch));
        }
        try {
            drain(next, pieces, work, scratches[0]);
        } finally {
            next.set(pieces);
            awaitAll(running);
        }
    }

    private static void awaitAll(Future<?>[] running) {
        for (Future<?> future : running) {
            try {
                future.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while a kernel was running", e);
            } catch (ExecutionException e) {
                throw new IllegalStateException("a kernel failed: " + e.getCause(), e.getCause());
            }
        }
    }

    private static void drain(AtomicInteger next, int pieces, Piece work, Scratch scratch) {
        for (int piece = next.getAndIncrement(); piece < pieces; piece = next.getAndIncrement()) {
            work.run(piece, scratch);
        }
    }

    @Override
    public void close() {
        if (others != null) {
            others.shutdownNow();
        }
    }
}
