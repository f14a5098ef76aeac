// SPDX-License-Identifier: Apache-2.0
package org.purespark.storage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many small requests about files, several at a time: on object stores each takes long. */
public final class Lookups {
    private static final int AT_ONCE = 16;

    private Lookups() {}

    /** One request. */
    @FunctionalInterface
    public interface Look<T, R> {
        R at(T what) throws IOException;
    }

    /**
     * Looks at each; the results are in the same order.
     *
     * @param purpose of the requests, for the message if one fails
     * @throws IOException if a look fails
     */
    public static <T, R> List<R> each(String purpose, Collection<T> all, Look<T, R> look) throws IOException {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE, work -> {
            Thread thread = new Thread(work, "pure-lookup");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<R>> looks = new ArrayList<>();
            for (T what : all) {
                looks.add(threads.submit(() -> look.at(what)));
            }
            List<R> found = new ArrayList<>();
            for (Future<R> next : looks) {
                found.add(next.get());
            }
            return found;
        } catch (ExecutionException e) {
            throw new IOException("cannot look at " + purpose, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while looking at " + purpose, e);
        } finally {
            threads.shutdownNow();
        }
    }
}
