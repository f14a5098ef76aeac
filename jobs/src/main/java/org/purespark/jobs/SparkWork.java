// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import org.purespark.Shown;
import org.purespark.config.ComputeSettings;
import org.purespark.evaluate.Evaluator;
import org.purespark.purify.Surroundings;
import org.purespark.run.progress.Progress;
import org.purespark.spark.Slots;
import org.purespark.spark.SparkEvaluator;
import org.purespark.spark.SparkFineTuner;
import org.purespark.spark.SparkSweep;
import org.purespark.storage.ObjectStoreDefaults;
import org.purespark.storage.Storage;
import org.purespark.sweep.SweepRunner;
import org.purespark.train.FineTuner;

/** The Spark session of one command, and what the pipeline needs of it. */
final class SparkWork implements AutoCloseable {
    private final SparkSession session;
    private final Storage storage;
    private final JavaSparkContext spark;
    private final Progress progress;
    private final Slots slots;
    private final PrintWriter err;

    SparkWork(String name, PrintWriter err) {
        this.err = err;
        this.session = Sessions.open("pure " + name);
        this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
        // Changes Spark's own configuration: Spark's readers and every task take their settings from it.
        this.storage = new Storage(ObjectStoreDefaults.applyTo(spark.hadoopConfiguration()));
        this.progress =
                Progress.on(stream(err), Progress.Style.forTerminal(Machine.errorsGoToTerminal()), Clock.systemUTC());
        this.slots = slotsOf(spark, this::say);
    }

    /** The slots, after executors have started. If the cluster refuses the application, Spark's messages differ. */
    private static Slots slotsOf(JavaSparkContext spark, Consumer<String> messages) {
        try {
            Slots slots = new Slots(spark, messages);
            slots.awaitAll();
            return slots;
        } catch (RuntimeException e) {
            if (spark.sc().isStopped()) {
                throw new IllegalStateException(Failures.STOPPED, e);
            }
            throw e;
        }
    }

    /** Files, before Spark starts, so that wrong settings are found early. Options after "--" count here too. */
    static Storage storageWithoutSpark() {
        return new Storage(hadoop());
    }

    private static Configuration hadoop() {
        return ObjectStoreDefaults.applyTo(SparkHadoopUtil.get().newConfiguration(new org.apache.spark.SparkConf()));
    }

    Storage storage() {
        return storage;
    }

    /** Evaluates on executors. */
    Evaluator evaluator(ComputeSettings compute) {
        return new SparkEvaluator(spark, progress, slots, compute);
    }

    /** Trains on executors. */
    FineTuner fineTuner(ComputeSettings compute) {
        return new SparkFineTuner(spark, progress, slots, compute, this::say);
    }

    /** Runs one suspect in each task slot. */
    SweepRunner slotSweep(int maxConcurrent) {
        return new SparkSweep(
                spark,
                progress,
                slots,
                BuildVersion.ofThisBuild(session.version()),
                maxConcurrent,
                Clock.systemUTC(),
                this::say);
    }

    /** The number of tasks that the cluster runs at a time. */
    int slots() {
        return slots.now();
    }

    /** A process in which tasks run, with the number of slots that executors really have. */
    TaskProcess process() {
        TaskProcess configured = TaskProcess.of(spark.getConf(), Machine.ofThisProcess());
        return configured.kind() == TaskProcess.ProcessKind.THIS_PROCESS
                ? configured
                : configured.withSlots(slots.ofLargestExecutor(), slots.now());
    }

    void say(String line) {
        err.println("pure: " + Shown.oneLine(line));
        err.flush();
    }

    Surroundings surroundings(ComputeSettings compute) {
        return new Surroundings(
                storage,
                evaluator(compute),
                fineTuner(compute),
                BuildVersion.ofThisBuild(session.version()),
                Clock.systemUTC(),
                this::say);
    }

    /** The stream of the messages, for progress. */
    private static PrintStream stream(PrintWriter writer) {
        return new PrintStream(
                new OutputStream() {
                    @Override
                    public void write(int b) {
                        writer.write(b);
                    }

                    @Override
                    public void write(byte[] bytes, int from, int count) {
                        writer.write(new String(bytes, from, count, StandardCharsets.UTF_8));
                        writer.flush();
                    }

                    @Override
                    public void flush() {
                        writer.flush();
                    }
                },
                true,
                StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        session.stop();
    }
}
