package org.purespark.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Threads that take items off one list side by side, the calling thread among them; each works with a thing, a model of
 * its own say, that it has to itself meanwhile. Passes without gradients are faster so than with all threads on one item:
 * no operation waits for the slowest share of it. What an item yields does not depend on the number of lanes.
 *
 * @param count at least 1; with one, all is done by the calling thread
 */
public record Lanes(int count) {
    public Lanes {
        if (count < 1) {
            throw new IllegalArgumentException("lanes " + count + " must be at least 1");
        }
    }

    /** Where a lane's thing comes from. Called by several threads at once. */
    public interface Lender<M> {
        /** Hands {@code lane} a thing, and takes it back when {@code lane} returns or throws. */
        void lend(Consumer<M> lane);
    }

    /**
     * What {@code work} yields for each item, in the order of the items.
     *
     * @throws RuntimeException the first failure, once all lanes have stopped; the others' are suppressed ones of it
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
                // Told below; the other lanes end what they are at.
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

    /** Returns when no lane runs any more, whether the calling thread is interrupted meanwhile or not. */
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
