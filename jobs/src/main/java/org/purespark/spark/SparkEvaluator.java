// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;
import org.purespark.batch.BatchPlan;
import org.purespark.config.EngineChoice;
import org.purespark.evaluate.BatchEvaluation;
import org.purespark.evaluate.EncodedBatch;
import org.purespark.evaluate.Evaluator;
import org.purespark.evaluate.Lanes;
import org.purespark.evaluate.LoadedModel;
import org.purespark.evaluate.ModelSource;
import org.purespark.evaluate.Statistics;
import org.purespark.heads.Head;
import org.purespark.metrics.Confusion;
import org.purespark.model.Device;
import org.purespark.run.progress.Progress;
import org.purespark.storage.Storage;

/**
 * Evaluates on executors. Batches of texts are the data. Each executor reads the weights from the checkpoint's file
 * system. Executors return the sums of each batch, which are merged here in the order of the batches: results are the
 * same to the last bit for any number of executors.
 */
public final class SparkEvaluator implements Evaluator {
    /** With so many parts a slot that is slow for a while takes fewer, and no slot waits long for the last part. */
    private static final int PARTS_PER_SLOT = 8;

    /**
     * Enough parts for a search, where more parts would need candidate sets that the search may not use, and for a
     * single slot.
     */
    private static final int FEWEST_PARTS_PER_SLOT = 3;

    private final JavaSparkContext spark;
    private final Progress progress;
    private final IntSupplier mostParts;
    private final IntSupplier enoughParts;
    private final int lanes;
    private final EngineChoice engine;

    /**
     * @param slots asked for each pass, because executors come and go during a session
     * @param engine the engine of the tasks
     */
    public SparkEvaluator(JavaSparkContext spark, Progress progress, Slots slots, EngineChoice engine) {
        this(
                spark,
                progress,
                () -> mostParts(slots.now()),
                () -> FEWEST_PARTS_PER_SLOT * Math.max(1, slots.now()),
                TaskDevice.lanes(spark.getConf()),
                engine);
    }

    private static int mostParts(int slots) {
        return slots > 1 ? PARTS_PER_SLOT * slots : FEWEST_PARTS_PER_SLOT;
    }

    /**
     * @param mostParts largest number of parts of a pass, asked for each pass; results do not depend on it
     * @param enoughParts number of parts with which no slot is idle for long
     * @param lanes number of items that a task computes at the same time; the task's device decides it, so this may be
     *     wrong: then parts are less equal
     */
    SparkEvaluator(
            JavaSparkContext spark,
            Progress progress,
            IntSupplier mostParts,
            IntSupplier enoughParts,
            int lanes,
            EngineChoice engine) {
        this.spark = spark;
        this.progress = progress;
        this.mostParts = mostParts;
        this.enoughParts = enoughParts;
        this.lanes = lanes;
        this.engine = engine;
    }

    @Override
    public Statistics statistics(Pass pass, SortedSet<Head> pruned, int maxLength) {
        List<Statistics> sums = new ArrayList<>();
        run(
                pass,
                1,
                (model, item) -> BatchEvaluation.statistics(model, item.batch(), pruned, maxLength),
                (set, more) -> sums.add(more));
        return sums.stream().reduce(Statistics::merge).orElseThrow();
    }

    @Override
    public List<Confusion> confusions(Pass pass, List<SortedSet<Head>> prunedSets) {
        ArrayList<SortedSet<Head>> sets = new ArrayList<>(prunedSets);
        TreeMap<Integer, Confusion> sums = new TreeMap<>();
        run(
                pass,
                sets.size(),
                (model, item) -> BatchEvaluation.confusions(
                                model, item.batch(), sets.subList(item.set(), item.set() + 1))
                        .get(0),
                (set, more) -> sums.merge(set, more, Confusion::merge));
        return new ArrayList<>(sums.values());
    }

    /** Enough sets to give every slot its parts: one set too many costs little if slots would be idle without it. */
    @Override
    public int setsAtOnce(Pass pass) {
        int batches = Math.max(1, BatchPlan.microBatchesPerEpoch(pass.texts().size(), pass.batchTexts()));
        return (enoughParts.getAsInt() * lanes + batches - 1) / batches;
    }

    @Override
    public List<float[]> logits(Pass pass) {
        List<float[]> logits = new ArrayList<>();
        run(
                pass,
                1,
                (model, item) -> BatchEvaluation.logits(model, item.batch()),
                (set, more) -> logits.addAll(Arrays.asList(more)));
        return logits;
    }

    private ModelSource absolute(ModelSource source) {
        try {
            return source.absolute(new Storage(spark.hadoopConfiguration()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the model " + source.directory(), e);
        }
    }

    /** Computes the result of an item. */
    private interface ItemWork<T> extends Serializable {
        T on(LoadedModel model, EvaluationItem item);
    }

    /** Gets the results of a set, batch after batch. */
    private interface ItemSink<T> {
        void take(int set, T result);
    }

    private <T> void run(Pass pass, int sets, ItemWork<T> work, ItemSink<T> sink) {
        List<EncodedBatch> batches = EncodedBatch.of(pass.texts(), pass.batchTexts());
        List<ArrayList<EvaluationItem>> parts = EvaluationItem.cut(batches, sets, mostParts.getAsInt(), lanes);
        if (parts.isEmpty()) {
            return;
        }
        try (JobProgress shown = new JobProgress(spark, progress, pass.label(), (long) batches.size() * sets)) {
            HadoopSettings hadoop = HadoopSettings.of(spark.hadoopConfiguration());
            ModelSource source = absolute(pass.model());
            LongAccumulator counter = shown.counter();
            EngineChoice choice = engine;
            List<ArrayList<T>> results = spark.parallelize(parts, parts.size())
                    .map(part -> evaluate(part, hadoop, source, choice, counter, work))
                    .collect();
            for (int p = 0; p < parts.size(); p++) {
                for (int i = 0; i < parts.get(p).size(); i++) {
                    sink.take(parts.get(p).get(i).set(), results.get(p).get(i));
                }
            }
            shown.done();
        }
    }

    private static <T> ArrayList<T> evaluate(
            List<EvaluationItem> part,
            HadoopSettings hadoop,
            ModelSource source,
            EngineChoice engine,
            LongAccumulator counter,
            ItemWork<T> work) {
        Device device = TaskDevice.claim(engine);
        Storage storage = hadoop.storage();
        List<T> results = new Lanes(device.lanes())
                .<LoadedModel, EvaluationItem, T>map(
                        part,
                        lane -> ExecutorModels.get().borrow(storage, source, device, model -> {
                            lane.accept(model);
                            return null;
                        }),
                        (model, item) -> {
                            T result = work.on(model, item);
                            synchronized (counter) {
                                counter.add(1);
                            }
                            return result;
                        });
        return new ArrayList<>(results);
    }
}
