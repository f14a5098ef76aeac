// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkContext$;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.status.api.v1.ExecutorSummary;
import scala.jdk.javaapi.CollectionConverters;

/** The number of tasks that the present executors can run at once, and how to wait for more. */
public final class Slots {
    /** The executors of an application start within seconds of one another. */
    private static final long SETTLED_NANOS = 5_000_000_000L;

    private static final long LOOK_MILLIS = 100;
    private static final long REMIND_NANOS = 20_000_000_000L;

    private final SparkContext spark;
    private final Consumer<String> messages;
    private volatile long changedNanos = System.nanoTime();

    /** @param messages gets each line that a person should read */
    public Slots(JavaSparkContext spark, Consumer<String> messages) {
        this.spark = spark.sc();
        this.messages = messages;
        this.spark.addSparkListener(new SparkListener() {
            @Override
            public void onExecutorAdded(SparkListenerExecutorAdded added) {
                changedNanos = System.nanoTime();
            }

            @Override
            public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
                changedNanos = System.nanoTime();
            }
        });
    }

    /** The number of tasks that can run at once, whether slots are busy now or not. */
    public int now() {
        return spark.maxNumConcurrentTasks(spark.resourceProfileManager().defaultResourceProfile());
    }

    /** The number of tasks that the executor with the most cores can run at once; 0 if there is no executor. */
    public int ofLargestExecutor() {
        return CollectionConverters.asJava(spark.statusStore().executorList(true)).stream()
                .filter(executor -> !SparkContext$.MODULE$.DRIVER_IDENTIFIER().equals(executor.id()))
                .mapToInt(ExecutorSummary::maxTasks)
                .max()
                .orElse(0);
    }

    /** Waits until executors have started, so that the time of a stage is the time of its work. */
    public void awaitAll() {
        await(Integer.MAX_VALUE);
    }

    /**
     * Waits until there are {@code wanted} slots, or at least one and no new executors start; returns the number of
     * slots.
     *
     * @throws IllegalStateException if the application has ended
     */
    int await(int wanted) {
        long begun = System.nanoTime();
        long reminded = begun;
        while (true) {
            // The cluster may have refused or ended the application.
            spark.assertNotStopped();
            int now = Math.min(now(), wanted);
            if (now == wanted || now > 0 && (spark.isLocal() || System.nanoTime() - changedNanos > SETTLED_NANOS)) {
                return now;
            }
            if (System.nanoTime() - reminded > REMIND_NANOS) {
                reminded = System.nanoTime();
                messages.accept("waiting for executors, " + (reminded - begun) / 1_000_000_000L
                        + " s: has the cluster free workers with the cores and the memory that are asked for?");
            }
            pause();
        }
    }

    static void pause() {
        try {
            Thread.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for executors", e);
        }
    }
}
