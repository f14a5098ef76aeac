// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.util.LongAccumulator;
import org.purespark.run.progress.Progress;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Shows the progress of a job's tasks. They count units in an accumulator, whose value reaches the driver with the
 * executors' heartbeats and at the end of each task.
 */
final class JobProgress implements AutoCloseable {
    private final JavaSparkContext spark;
    private final LongAccumulator done;
    private final Progress.Task task;
    private final SparkListener listener;
    private long shown;

    JobProgress(JavaSparkContext spark, Progress progress, String label, long units) {
        this.spark = spark;
        this.done = spark.sc().longAccumulator(label);
        this.task = progress.start(label, units);
        this.listener = new SparkListener() {
            @Override
            public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
                // A heartbeat has the values of running tasks; the counts of finished tasks are already merged.
                long running = CollectionConverters.asJava(update.accumUpdates()).stream()
                        .flatMap(ofTask -> CollectionConverters.asJava(ofTask._4()).stream())
                        .filter(info -> info.id() == done.id())
                        .mapToLong(info -> ((Number) info.update().get()).longValue())
                        .sum();
                show(done.sum() + running);
            }
        };
        spark.setJobDescription(label);
        spark.sc().addSparkListener(listener);
    }

    /** The counter of the tasks. */
    LongAccumulator counter() {
        return done;
    }

    private synchronized void show(long now) {
        if (now > shown) {
            task.advance(now - shown);
            shown = now;
        }
    }

    void done() {
        task.done();
    }

    @Override
    public void close() {
        spark.sc().removeSparkListener(listener);
        spark.setJobDescription(null);
        task.close();
    }
}
