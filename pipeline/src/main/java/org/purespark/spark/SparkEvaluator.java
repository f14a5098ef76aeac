package org.purespark.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SortedSet;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;
import org.purespark.evaluate.BatchEvaluation;
import org.purespark.evaluate.EncodedBatch;
import org.purespark.evaluate.Evaluator;
import org.purespark.evaluate.LoadedModel;
import org.purespark.evaluate.ModelSource;
import org.purespark.evaluate.Statistics;
import org.purespark.heads.Head;
import org.purespark.metrics.Confusion;
import org.purespark.run.progress.Progress;

/**
 * Evaluates on executors: batches of texts are the data, weights come to each executor from the checkpoint's file
 * system, and what goes back are sums. Sums are merged in the order of the partitions.
 */
public final class SparkEvaluator implements Evaluator {
    /** More partitions than slots, so that a slow one does not hold up the rest. */
    private static final int PARTITIONS_PER_SLOT = 3;

    private final JavaSparkContext spark;
    private final Progress progress;
    private final int partitions;

    public SparkEvaluator(JavaSparkContext spark, Progress progress) {
        this(spark, progress, PARTITIONS_PER_SLOT * spark.defaultParallelism());
    }

    /** @param partitions that each pass is cut into, at most; sums do not depend on it */
    public SparkEvaluator(JavaSparkContext spark, Progress progress, int partitions) {
        this.spark = spark;
        this.progress = progress;
        this.partitions = partitions;
    }

    @Override
    public Statistics statistics(Pass pass, SortedSet<Head> pruned, int maxLength) {
        List<Statistics> parts = run(
                pass,
                1,
                (model, batch) -> List.of(BatchEvaluation.statistics(model, batch, pruned, maxLength)),
                Merge.SUM_STATISTICS);
        return parts.get(0);
    }

    @Override
    public List<Confusion> confusions(Pass pass, List<SortedSet<Head>> prunedSets) {
        ArrayList<SortedSet<Head>> sets = new ArrayList<>(prunedSets);
        return run(
                pass,
                sets.size(),
                (model, batch) -> BatchEvaluation.confusions(model, batch, sets),
                Merge.SUM_CONFUSIONS);
    }

    @Override
    public List<float[]> logits(Pass pass) {
        return run(pass, 1, (model, batch) -> Arrays.asList(BatchEvaluation.logits(model, batch)), Merge.APPEND_LOGITS);
    }

    /** What one batch yields. */
    private interface Work<T> extends Serializable {
        List<T> on(LoadedModel model, EncodedBatch batch);
    }

    /** Puts what a further batch, or partition, yields to what there is. */
    private interface Merge<T> extends Serializable {
        Merge<Statistics> SUM_STATISTICS = pairwise(Statistics::merge);
        Merge<Confusion> SUM_CONFUSIONS = pairwise(Confusion::merge);
        Merge<float[]> APPEND_LOGITS = ArrayList::addAll;

        void into(ArrayList<T> sums, List<T> more);

        /** The addition of two entries. */
        interface Add<T> extends Serializable {
            T sum(T one, T other);
        }

        private static <T> Merge<T> pairwise(Add<T> add) {
            return (sums, more) -> {
                for (int i = 0; i < more.size(); i++) {
                    if (i == sums.size()) {
                        sums.add(more.get(i));
                    } else {
                        sums.set(i, add.sum(sums.get(i), more.get(i)));
                    }
                }
            };
        }
    }

    private <T> List<T> run(Pass pass, int unitsPerBatch, Work<T> work, Merge<T> merge) {
        List<EncodedBatch> batches = EncodedBatch.of(pass.texts(), pass.batchTexts());
        try (JobProgress shown =
                new JobProgress(spark, progress, pass.label(), (long) batches.size() * unitsPerBatch)) {
            JavaRDD<EncodedBatch> data = spark.parallelize(batches, Math.max(1, Math.min(partitions, batches.size())));
            HadoopSettings hadoop = HadoopSettings.of(spark.hadoopConfiguration());
            ModelSource source = pass.model();
            LongAccumulator counter = shown.counter();
            List<ArrayList<T>> parts = data.mapPartitions(
                            part -> List.of(evaluate(part, hadoop, source, counter, unitsPerBatch, work, merge))
                                    .iterator())
                    .collect();
            ArrayList<T> sums = new ArrayList<>();
            parts.forEach(part -> merge.into(sums, part));
            shown.done();
            return sums;
        }
    }

    private static <T> ArrayList<T> evaluate(
            Iterator<EncodedBatch> batches,
            HadoopSettings hadoop,
            ModelSource source,
            LongAccumulator counter,
            int unitsPerBatch,
            Work<T> work,
            Merge<T> merge) {
        return ExecutorModels.get().borrow(hadoop.storage(), source, TaskDevice.threads(), model -> {
            ArrayList<T> sums = new ArrayList<>();
            while (batches.hasNext()) {
                merge.into(sums, work.on(model, batches.next()));
                counter.add(unitsPerBatch);
            }
            return sums;
        });
    }
}
