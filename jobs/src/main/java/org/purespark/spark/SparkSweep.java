// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.purespark.evaluate.LocalEvaluator;
import org.purespark.model.Device;
import org.purespark.purify.Surroundings;
import org.purespark.run.Versions;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.run.progress.Progress;
import org.purespark.storage.Storage;
import org.purespark.sweep.PlannedRun;
import org.purespark.sweep.SuspectPurification;
import org.purespark.sweep.SuspectResult;
import org.purespark.sweep.SweepMode;
import org.purespark.sweep.SweepRunner;
import org.purespark.train.LocalFineTuner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One suspect in each task slot. One task does all stages of a run, reads and writes the run directory itself, and
 * returns the result. Each run has its own Spark job, so that a run that ends its executor fails alone. There are
 * always a few more jobs than slots, so that a free slot gets its next run at once.
 */
public final class SparkSweep implements SweepRunner {
    private static final Logger LOG = LoggerFactory.getLogger(SparkSweep.class);
    private static final String JOB_GROUP = "pure-sweep";
    private static final int SLOTS_PER_RUN_AHEAD = 8;
    private static final long POLL_MILLIS = 1_000;

    private final JavaSparkContext spark;
    private final Progress progress;
    private final Slots slots;
    private final Versions versions;
    private final int maxConcurrent;
    private final Clock clock;
    private final Consumer<String> messages;

    /**
     * @param versions for the runs' records
     * @param maxConcurrent largest number of runs at a time, if it is smaller than the number of slots
     * @param messages for the user, a line each
     */
    public SparkSweep(
            JavaSparkContext spark,
            Progress progress,
            Slots slots,
            Versions versions,
            int maxConcurrent,
            Clock clock,
            Consumer<String> messages) {
        this.spark = spark;
        this.progress = progress;
        this.slots = slots;
        this.versions = versions;
        this.maxConcurrent = maxConcurrent;
        this.clock = clock;
        this.messages = messages;
    }

    @Override
    public void run(List<PlannedRun> toDo, int maxAttempts, Consumer<SuspectResult> finished) {
        Broadcast<HadoopSettings> hadoop = spark.broadcast(HadoopSettings.of(spark.hadoopConfiguration()));
        ExecutorService submitters = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "pure-sweep");
            thread.setDaemon(true);
            return thread;
        });
        boolean drained = false;
        try (Progress.Task shown = progress.start("sweep: runs in task slots", toDo.size())) {
            new Queue(toDo, maxAttempts, hadoop, submitters, shown).drain(finished);
            shown.done();
            drained = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the sweep was running", e);
        } finally {
            if (!drained) {
                spark.sc().cancelJobGroup(JOB_GROUP);
            }
            submitters.shutdownNow();
            hadoop.destroy();
        }
    }

    /** One attempt of a run. */
    private record Attempt(PlannedRun planned, int number) {}

    /** An attempt that has ended. */
    private record Ended(Attempt attempt, SuspectResult result) {}

    /** The waiting, running and ended attempts. For one thread; others only put into {@code ended}. */
    private final class Queue {
        private final Deque<Attempt> waiting = new ArrayDeque<>();
        private final BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();
        private final int maxAttempts;
        private final Broadcast<HadoopSettings> hadoop;
        private final ExecutorService submitters;
        private final Progress.Task shown;
        private int running;
        private int failures;

        Queue(
                List<PlannedRun> toDo,
                int maxAttempts,
                Broadcast<HadoopSettings> hadoop,
                ExecutorService submitters,
                Progress.Task shown) {
            toDo.forEach(planned -> waiting.add(new Attempt(planned, 1)));
            this.maxAttempts = maxAttempts;
            this.hadoop = hadoop;
            this.submitters = submitters;
            this.shown = shown;
        }

        void drain(Consumer<SuspectResult> finished) throws InterruptedException {
            while (running > 0 || !waiting.isEmpty()) {
                int limit = limit();
                while (running < limit && !waiting.isEmpty()) {
                    Attempt attempt = waiting.poll();
                    submitters.execute(() -> ended.add(new Ended(attempt, tried(attempt, hadoop))));
                    running++;
                }
                // Looks for new executors from time to time, even if no run ends.
                Ended next = ended.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    running--;
                    take(next, finished);
                }
            }
        }

        private void take(Ended next, Consumer<SuspectResult> finished) {
            int number = next.attempt().number();
            if (next.result().mayBeTriedAgain() && number < maxAttempts) {
                String label = next.attempt().planned().run().label();
                messages.accept("sweep: " + label + ": failed (" + next.result().error() + "), is tried again");
                waiting.addFirst(new Attempt(next.attempt().planned(), number + 1));
                return;
            }
            if (!next.result().done()) {
                failures++;
                shown.note(failures + " failed");
            }
            shown.advance(1);
            finished.accept(next.result());
        }
    }

    /** The number of jobs at a time: more than slots only if the slots themselves are the limit. */
    private int limit() {
        int all = Math.max(1, slots.now());
        return maxConcurrent <= all ? maxConcurrent : all + Math.max(1, all / SLOTS_PER_RUN_AHEAD);
    }

    private SuspectResult tried(Attempt attempt, Broadcast<HadoopSettings> hadoop) {
        PlannedRun planned = attempt.planned();
        SuspectPurification here = new SuspectPurification(planned, SweepMode.SLOTS, attempt.number(), clock);
        try {
            spark.setJobGroup(JOB_GROUP, "sweep: " + planned.run().label());
            Versions record = versions;
            int number = attempt.number();
            String result = spark.parallelize(List.of(planned), 1)
                    .map(run -> purify(run, number, hadoop, record))
                    .collect()
                    .get(0);
            return JsonFiles.parse(planned.run().label(), result, SuspectResult.class, SuspectResult.SCHEMA);
        } catch (Exception lost) {
            // Spark's Java interface throws checked exceptions that it does not declare.
            return failed(here, lost);
        }
    }

    /** The task has no result, so there may be no outcome yet. */
    private SuspectResult failed(SuspectPurification run, Exception thrown) {
        try {
            return run.failed(new Storage(spark.hadoopConfiguration()), thrown);
        } catch (IOException e) {
            thrown.addSuppressed(e);
            return run.failedUnwritten(thrown);
        }
    }

    private static String purify(PlannedRun planned, int attempt, Broadcast<HadoopSettings> hadoop, Versions versions)
            throws IOException {
        String label = planned.run().label();
        Storage storage = hadoop.value().storage();
        Device device = TaskDevice.claim(planned.run().settings().compute());
        ExecutorModels.get().clear();
        SuspectPurification purification =
                new SuspectPurification(planned, SweepMode.SLOTS, attempt, Clock.systemUTC());
        SuspectResult result = purification.run(new Surroundings(
                storage,
                new LocalEvaluator(storage, device),
                new LocalFineTuner(storage, device),
                Versions.of(versions.project(), versions.spark(), versions.nd4j()),
                Clock.systemUTC(),
                line -> LOG.info("{}: {}", label, line)));
        LOG.info("{}: {} in {} s", label, result.status().text(), result.seconds());
        return JsonFiles.line(result);
    }
}
