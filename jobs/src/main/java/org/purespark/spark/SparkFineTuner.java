// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.purespark.InputException;
import org.purespark.batch.BatchPlan;
import org.purespark.batch.EncodedSplit;
import org.purespark.config.ComputeSettings;
import org.purespark.config.TrainSettings;
import org.purespark.run.progress.Progress;
import org.purespark.storage.Storage;
import org.purespark.train.FineTuner;
import org.purespark.train.FineTuning;
import org.purespark.train.Trainer;

/**
 * Fine-tunes on executors. The tasks share each step's micro-batches; there are as many tasks as slots, but not more
 * than micro-batches. Tasks read the checkpoint from its file system, and the first one writes the result there; only
 * the steps' figures come back. If tasks or executors are lost, the training continues from its last checkpoint, with
 * fewer tasks if slots stay away.
 */
public final class SparkFineTuner implements FineTuner {
    private final JavaSparkContext spark;
    private final Progress progress;
    private final Consumer<String> messages;
    private final Slots slots;
    private final ComputeSettings compute;

    /**
     * @param compute what the tasks compute with
     * @param messages gets each line that a person should read
     */
    public SparkFineTuner(
            JavaSparkContext spark,
            Progress progress,
            Slots slots,
            ComputeSettings compute,
            Consumer<String> messages) {
        this.spark = spark;
        this.progress = progress;
        this.messages = messages;
        this.slots = slots;
        this.compute = compute;
    }

    @Override
    public List<Trainer.StepReport> fineTune(String label, FineTuning fineTuning, EncodedSplit texts) {
        TrainSettings settings = fineTuning.objective().settings();
        long steps = BatchPlan.totalSteps(
                texts.size(), settings.microBatch(), settings.microBatchesPerStep(), settings.epochs());
        refuseSecondCopies();
        try (SharedTexts data = new SharedTexts(spark, texts, 0, texts.size());
                JobProgress shown = new JobProgress(spark, progress, label, steps)) {
            FineTuning anywhere = fineTuning.absolute(new Storage(spark.hadoopConfiguration()));
            TrainingJob job = new TrainingJob(spark, anywhere, data, compute, shown.counter());
            List<Trainer.StepReport> reports = untilDone(job, anywhere, settings.microBatchesPerStep());
            shown.done();
            return reports;
        } catch (IOException e) {
            throw new UncheckedIOException(label + " failed", e);
        }
    }

    private List<Trainer.StepReport> untilDone(TrainingJob job, FineTuning fineTuning, int microBatchesPerStep) {
        int done = stepsDone(fineTuning);
        boolean failedBefore = false;
        while (true) {
            int tasks = slots.await(microBatchesPerStep);
            if (tasks > 1) {
                refuseExecutorsThatLeave();
            }
            try {
                return job.run(tasks, slots);
            } catch (TrainingJob.SlotsLostException e) {
                messages.accept("slots for " + e.left() + " of " + tasks
                        + " tasks are left: training goes on with fewer, from its last checkpoint");
            } catch (TrainingJob.FailedException e) {
                int now = stepsDone(fineTuning);
                if ((now == done && failedBefore) || e.isOfStorage()) {
                    throw e;
                }
                failedBefore = now == done;
                done = now;
                messages.accept("training was interrupted (" + e.reason() + ") and goes on from step " + now);
            }
        }
    }

    private int stepsDone(FineTuning fineTuning) {
        try {
            return fineTuning.stepsDone(new Storage(spark.hadoopConfiguration()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the training checkpoints", e);
        }
    }

    /** A second copy of a training task would write the same files. */
    private void refuseSecondCopies() {
        if (spark.getConf().getBoolean("spark.speculation", false)) {
            throw new InputException(
                    "spark.speculation is true: a training task must not run twice at a time; set it to" + " false");
        }
    }

    private void refuseExecutorsThatLeave() {
        if (spark.getConf().getBoolean("spark.dynamicAllocation.enabled", false)) {
            throw new InputException("spark.dynamicAllocation.enabled is true: training on several executors"
                    + " (train.micro-batches-per-step is above 1) needs them all at once; set it to false and name"
                    + " spark.executor.instances");
        }
    }
}
