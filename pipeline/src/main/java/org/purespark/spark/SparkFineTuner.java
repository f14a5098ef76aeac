package org.purespark.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.purespark.batch.BatchPlan;
import org.purespark.batch.EncodedSplit;
import org.purespark.config.TrainSettings;
import org.purespark.run.progress.Progress;
import org.purespark.train.FineTuner;
import org.purespark.train.FineTuning;
import org.purespark.train.Trainer;

/**
 * Fine-tunes in one task of the cluster, which reads the checkpoint from its file system and writes the result there;
 * only the steps' figures come back.
 */
public final class SparkFineTuner implements FineTuner {
    private final JavaSparkContext spark;
    private final Progress progress;

    public SparkFineTuner(JavaSparkContext spark, Progress progress) {
        this.spark = spark;
        this.progress = progress;
    }

    @Override
    public List<Trainer.StepReport> fineTune(String label, FineTuning fineTuning, EncodedSplit texts) {
        TrainSettings settings = fineTuning.objective().settings();
        long steps = BatchPlan.totalSteps(
                texts.size(), settings.microBatch(), settings.microBatchesPerStep(), settings.epochs());
        Broadcast<EncodedSplit> data = spark.broadcast(texts);
        try (JobProgress shown = new JobProgress(spark, progress, label, steps)) {
            HadoopSettings hadoop = HadoopSettings.of(spark.hadoopConfiguration());
            LongAccumulator counter = shown.counter();
            List<ArrayList<Trainer.StepReport>> reports = spark.parallelize(List.of(fineTuning), 1)
                    .map(task -> run(task, data, hadoop, counter))
                    .collect();
            shown.done();
            return reports.get(0);
        } finally {
            data.destroy();
        }
    }

    private static ArrayList<Trainer.StepReport> run(
            FineTuning fineTuning, Broadcast<EncodedSplit> data, HadoopSettings hadoop, LongAccumulator counter)
            throws java.io.IOException {
        ExecutorModels.get().clear();
        ArrayList<Trainer.StepReport> steps = new ArrayList<>();
        fineTuning.run(hadoop.storage(), data.value(), TaskDevice.threads(), step -> {
            steps.add(step);
            counter.add(1);
        });
        return steps;
    }
}
