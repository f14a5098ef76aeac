// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Threads that work through one list at the same time; the calling thread is one of them. Each thread has its own
 * resource, for example its own model. For passes without gradients this is faster than all threads on one item: no
 * operation waits for its slowest part. An item's result does not depend on the number of lanes.
 *
 * @param count at least 1; with one, the calling thread does all the work
 */
public record Lanes(int count) {
    public Lanes {
        if (count < 1) {
            throw new IllegalArgumentException("lanes " + count + " must be at least 1");
        }
    }

    /** Lends each lane its resource. Several threads call it at once. */
    public interface Lender<M> {
        /** Gives {@code lane} a resource, and takes it back when {@code lane} returns or throws. */
        void lend(Consumer<M> lane);
    }

    /**
     * The results of {@code work} for all items, in the order of the items.
     *
     * @throws RuntimeException the first failure, after all lanes have stopped; it has the other failures as suppressed
     *     ones
     */
    public <M, I, T> List<T> map(List<I> items, Lender<M> lender, BiFunction<M, I, T> work) {
        Object[] results = new Object[items.size()];
        AtomicInteger next = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Runnable lane = () -> {
            try {
                lender.lend((M with) -> {
                    for (int i = next.getAndIncrement(); i < results.length; i = next.getAndIncrement()) {
                        results[i] = work.apply(with, items.get(i));
                    }
                });
            } catch (RuntimeException | Error e) {
                // Thrown below. The other lanes finish their present items.
                next.set(results.length);
                if (!failure.compareAndSet(null, e) && failure.get() != e) {
                    failure.get().addSuppressed(e);
                }
            }
        };
        runAll(lane, Math.min(count, results.length));
        if (failure.get() instanceof Error error) {
            throw error;
        }
        if (failure.get() != null) {
            throw (RuntimeException) failure.get();
        }
        @SuppressWarnings("unchecked")
        List<T> all = (List<T>) Arrays.asList(results);
        return all;
    }

    /** Returns when all lanes have ended, even if the calling thread is interrupted. */
    private static void runAll(Runnable lane, int lanes) {
        List<Thread> others = new ArrayList<>();
        for (int i = 1; i < lanes; i++) {
            Thread other = new Thread(lane, Thread.currentThread().getName() + " lane " + (i + 1));
            other.setDaemon(true);
            other.setContextClassLoader(Thread.currentThread().getContextClassLoader());
            other.start();
            others.add(other);
        }
        if (lanes > 0) {
            lane.run();
        }
        boolean interrupted = false;
        for (Thread other : others) {
            while (other.isAlive()) {
                try {
                    other.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
