// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;
import org.purespark.batch.BatchPlan;
import org.purespark.batch.EncodedSplit;
import org.purespark.config.ComputeSettings;
import org.purespark.evaluate.BatchEvaluation;
import org.purespark.evaluate.EncodedBatch;
import org.purespark.evaluate.Evaluator;
import org.purespark.evaluate.Lanes;
import org.purespark.evaluate.LoadedModel;
import org.purespark.evaluate.ModelSource;
import org.purespark.evaluate.NeuronSums;
import org.purespark.evaluate.SlotGradients;
import org.purespark.evaluate.SlotRange;
import org.purespark.evaluate.Statistics;
import org.purespark.heads.GateSamples;
import org.purespark.heads.GateSums;
import org.purespark.heads.Head;
import org.purespark.metrics.Tally;
import org.purespark.model.Device;
import org.purespark.random.DropoutSamples;
import org.purespark.run.progress.Progress;
import org.purespark.storage.Storage;
import org.purespark.task.Task;

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

    /** Bytes of texts that are shared at a time, some million texts. */
    private static final long PORTION_BYTES = 100_000_000;

    private final JavaSparkContext spark;
    private final Progress progress;
    private final IntSupplier mostParts;
    private final IntSupplier enoughParts;
    private final int lanes;
    private final long portionBytes;
    private final ComputeSettings compute;
    private SharedTexts last;

    /**
     * @param slots asked for each pass, because executors come and go during a session
     * @param compute what the tasks compute with
     */
    public SparkEvaluator(JavaSparkContext spark, Progress progress, Slots slots, ComputeSettings compute) {
        this(
                spark,
                progress,
                () -> mostParts(slots.now()),
                () -> FEWEST_PARTS_PER_SLOT * Math.max(1, slots.now()),
                TaskDevice.lanes(spark.getConf()),
                PORTION_BYTES,
                compute);
    }

    private static int mostParts(int slots) {
        return slots > 1 ? PARTS_PER_SLOT * slots : FEWEST_PARTS_PER_SLOT;
    }

    /**
     * @param mostParts largest number of parts of a pass, asked for each pass; results do not depend on it
     * @param enoughParts number of parts with which no slot is idle for long
     * @param lanes number of items that a task computes at the same time; the task's device decides it, so this may be
     *     wrong: then parts are less equal
     * @param portionBytes bytes of texts that are shared at a time; results do not depend on it
     */
    SparkEvaluator(
            JavaSparkContext spark,
            Progress progress,
            IntSupplier mostParts,
            IntSupplier enoughParts,
            int lanes,
            long portionBytes,
            ComputeSettings compute) {
        this.spark = spark;
        this.progress = progress;
        this.mostParts = mostParts;
        this.enoughParts = enoughParts;
        this.lanes = lanes;
        this.portionBytes = portionBytes;
        this.compute = compute;
    }

    @Override
    public Statistics statistics(Pass pass, SortedSet<Head> pruned, int maxLength) {
        Statistics[] sum = new Statistics[1];
        Task answered = pass.task();
        run(
                pass,
                1,
                (model, batch, set) -> BatchEvaluation.statistics(model, batch, answered, pruned, maxLength),
                (set, more) -> sum[0] = sum[0] == null ? more : sum[0].merge(more));
        return Objects.requireNonNull(sum[0], "there are no texts");
    }

    @Override
    public GateSums gateGradients(Pass pass) {
        GateSums[] sum = new GateSums[1];
        Task answered = pass.task();
        run(
                pass,
                1,
                (model, batch, set) -> BatchEvaluation.gateGradients(model, batch, answered),
                (set, more) -> sum[0] = sum[0] == null ? more : sum[0].merge(more));
        return Objects.requireNonNull(sum[0], "there are no texts");
    }

    @Override
    public GateSamples gateSamples(Pass pass, DropoutSamples samples) {
        GateSamples[] sum = new GateSamples[1];
        Task answered = pass.task();
        run(
                pass,
                1,
                (model, batch, set) -> BatchEvaluation.gateSamples(model, batch, answered, samples),
                (set, more) -> sum[0] = sum[0] == null ? more : sum[0].merge(more));
        return Objects.requireNonNull(sum[0], "there are no texts");
    }

    @Override
    public SlotGradients slotGradients(Pass pass, SlotRange slots) {
        SlotGradients[] sum = new SlotGradients[1];
        Task answered = pass.task();
        run(
                pass,
                1,
                (model, batch, set) -> BatchEvaluation.slotGradients(model, batch, answered, slots),
                (set, more) -> sum[0] = sum[0] == null ? more : sum[0].merge(more));
        return Objects.requireNonNull(sum[0], "there are no texts");
    }

    @Override
    public List<Tally> tallies(Pass pass, List<SortedSet<Head>> prunedSets) {
        ArrayList<ArrayList<SortedSet<Head>>> groups = groups(prunedSets, setsAtOnce(pass));
        TreeMap<Integer, List<Tally>> sums = new TreeMap<>();
        Task answered = pass.task();
        run(
                pass,
                groups.size(),
                (model, batch, group) ->
                        new ArrayList<>(BatchEvaluation.tallies(model, batch, answered, groups.get(group))),
                (group, more) -> sums.merge(group, more, SparkEvaluator::merged));
        return sums.values().stream().flatMap(List::stream).toList();
    }

    /** Neighbours are measured together, as they have layers in common, in as many groups as keep all slots busy. */
    private static ArrayList<ArrayList<SortedSet<Head>>> groups(List<SortedSet<Head>> sets, int enough) {
        ArrayList<ArrayList<SortedSet<Head>>> groups = new ArrayList<>();
        int count = Math.min(sets.size(), enough);
        for (int group = 0; group < count; group++) {
            int from = (int) ((long) sets.size() * group / count);
            int to = (int) ((long) sets.size() * (group + 1) / count);
            groups.add(new ArrayList<>(sets.subList(from, to)));
        }
        return groups;
    }

    private static List<Tally> merged(List<Tally> some, List<Tally> more) {
        return IntStream.range(0, some.size())
                .mapToObj(set -> some.get(set).merge(more.get(set)))
                .toList();
    }

    /** Enough sets to give every slot its parts: one set too many costs little if slots would be idle without it. */
    @Override
    public int setsAtOnce(Pass pass) {
        int batches = Math.max(1, BatchPlan.microBatchesPerEpoch(pass.texts().size(), pass.batchTexts()));
        return (enoughParts.getAsInt() * lanes + batches - 1) / batches;
    }

    @Override
    public NeuronSums neurons(Pass pass) {
        NeuronSums[] sum = new NeuronSums[1];
        run(
                pass,
                1,
                (model, batch, set) -> BatchEvaluation.neurons(model, batch),
                (set, more) -> sum[0] = sum[0] == null ? more : sum[0].merge(more));
        return Objects.requireNonNull(sum[0], "there are no texts");
    }

    @Override
    public List<float[]> logits(Pass pass) {
        List<float[]> logits = new ArrayList<>();
        run(
                pass,
                1,
                (model, batch, set) -> BatchEvaluation.logits(model, batch),
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

    /** Computes the result of an item: of a batch and the number of a set. */
    private interface ItemWork<T> extends Serializable {
        T on(LoadedModel model, EncodedBatch batch, int set);
    }

    /** Gets the results of a set, batch after batch. */
    private interface ItemSink<T> {
        void take(int set, T result);
    }

    /** Texts that do not fit into one portion are shared and evaluated portion after portion. */
    private <T> void run(Pass pass, int sets, ItemWork<T> work, ItemSink<T> sink) {
        EncodedSplit texts = pass.texts();
        if (texts.size() == 0) {
            return;
        }
        int batches = BatchPlan.microBatchesPerEpoch(texts.size(), pass.batchTexts());
        try (JobProgress shown = new JobProgress(spark, progress, pass.label(), (long) batches * sets)) {
            for (int from = 0; from < batches; ) {
                int end = texts.endWithin(from * pass.batchTexts(), portionBytes);
                int to = end == texts.size() ? batches : Math.max(from + 1, end / pass.batchTexts());
                run(pass, from, to, sets, shown.counter(), work, sink);
                from = to;
            }
            shown.done();
        }
    }

    private <T> void run(
            Pass pass, int from, int to, int sets, LongAccumulator counter, ItemWork<T> work, ItemSink<T> sink) {
        List<ArrayList<EvaluationItem>> parts = EvaluationItem.cut(from, to, sets, mostParts.getAsInt(), lanes);
        Work task = new Work(
                shared(pass, from, to),
                pass.batchTexts(),
                HadoopSettings.of(spark.hadoopConfiguration()),
                absolute(pass.model()),
                compute,
                counter);
        List<ArrayList<T>> results = spark.parallelize(parts, parts.size())
                .map(part -> task.evaluate(part, work))
                .collect();
        for (int p = 0; p < parts.size(); p++) {
            for (int i = 0; i < parts.get(p).size(); i++) {
                sink.take(parts.get(p).get(i).set(), results.get(p).get(i));
            }
        }
    }

    /** The texts of some batches for executors. Those of the last call stay shared: a search passes over them often. */
    private synchronized EncodedSplit shared(Pass pass, int from, int to) {
        int firstText = from * pass.batchTexts();
        int end = Math.min(pass.texts().size(), to * pass.batchTexts());
        if (last == null || !last.has(pass.texts(), firstText, end)) {
            if (last != null) {
                last.close();
            }
            last = new SharedTexts(spark, pass.texts(), firstText, end);
        }
        return last.texts();
    }

    /** What a task needs beside its items. */
    private record Work(
            EncodedSplit texts,
            int batchTexts,
            HadoopSettings hadoop,
            ModelSource source,
            ComputeSettings compute,
            LongAccumulator counter)
            implements Serializable {
        <T> ArrayList<T> evaluate(List<EvaluationItem> part, ItemWork<T> work) {
            Device device = TaskDevice.claim(compute);
            Storage storage = hadoop.storage();
            List<T> results = new Lanes(device.lanes())
                    .<LoadedModel, EvaluationItem, T>map(
                            part,
                            lane -> ExecutorModels.get().borrow(storage, source, device, model -> {
                                lane.accept(model);
                                return null;
                            }),
                            (model, item) -> {
                                EncodedBatch batch = EncodedBatch.of(texts, batchTexts, item.batch());
                                T result = work.on(model, batch, item.set());
                                synchronized (counter) {
                                    counter.add(1);
                                }
                                return result;
                            });
            return new ArrayList<>(results);
        }
    }
}
