// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.purespark.heads.GateSamples;
import org.purespark.heads.GateSums;
import org.purespark.heads.Head;
import org.purespark.metrics.Tally;
import org.purespark.model.Device;
import org.purespark.random.DropoutSamples;
import org.purespark.storage.Storage;

/** Evaluates in this process. */
public record LocalEvaluator(Storage storage, Device device) implements Evaluator {
    /** So many batches give their results before these are summed: memory does not grow with the texts. */
    private static final int BATCHES_AT_ONCE = 4096;

    @Override
    public Statistics statistics(Pass pass, SortedSet<Head> pruned, int maxLength) {
        Statistics[] sum = new Statistics[1];
        forEach(
                pass,
                (model, batch) -> BatchEvaluation.statistics(model, batch, pass.task(), pruned, maxLength),
                more -> sum[0] = sum[0] == null ? more : sum[0].merge(more));
        return Objects.requireNonNull(sum[0], "there are no texts");
    }

    @Override
    public GateSums gateGradients(Pass pass) {
        GateSums[] sum = new GateSums[1];
        forEach(
                pass,
                (model, batch) -> BatchEvaluation.gateGradients(model, batch, pass.task()),
                more -> sum[0] = sum[0] == null ? more : sum[0].merge(more));
        return Objects.requireNonNull(sum[0], "there are no texts");
    }

    @Override
    public GateSamples gateSamples(Pass pass, DropoutSamples samples) {
        GateSamples[] sum = new GateSamples[1];
        forEach(
                pass,
                (model, batch) -> BatchEvaluation.gateSamples(model, batch, pass.task(), samples),
                more -> sum[0] = sum[0] == null ? more : sum[0].merge(more));
        return Objects.requireNonNull(sum[0], "there are no texts");
    }

    @Override
    public SlotGradients slotGradients(Pass pass, SlotRange slots) {
        SlotGradients[] sum = new SlotGradients[1];
        forEach(
                pass,
                (model, batch) -> BatchEvaluation.slotGradients(model, batch, pass.task(), slots),
                more -> sum[0] = sum[0] == null ? more : sum[0].merge(more));
        return Objects.requireNonNull(sum[0], "there are no texts");
    }

    @Override
    public List<Tally> tallies(Pass pass, List<SortedSet<Head>> prunedSets) {
        List<Tally> sums = new ArrayList<>();
        forEach(pass, (model, batch) -> BatchEvaluation.tallies(model, batch, pass.task(), prunedSets), more -> {
            for (int i = 0; i < more.size(); i++) {
                if (i == sums.size()) {
                    sums.add(more.get(i));
                } else {
                    sums.set(i, sums.get(i).merge(more.get(i)));
                }
            }
        });
        return sums;
    }

    /** One: here sets are measured one after the other, so a set that the search does not need costs a whole pass. */
    @Override
    public int setsAtOnce(Pass pass) {
        return 1;
    }

    @Override
    public NeuronSums neurons(Pass pass) {
        NeuronSums[] sum = new NeuronSums[1];
        forEach(pass, BatchEvaluation::neurons, more -> sum[0] = sum[0] == null ? more : sum[0].merge(more));
        return Objects.requireNonNull(sum[0], "there are no texts");
    }

    @Override
    public List<float[]> logits(Pass pass) {
        List<float[]> logits = new ArrayList<>();
        forEach(pass, BatchEvaluation::logits, ofBatch -> logits.addAll(Arrays.asList(ofBatch)));
        return logits;
    }

    private <T> void forEach(Pass pass, BiFunction<LoadedModel, EncodedBatch, T> work, Consumer<T> sink) {
        int threadsEach = device.threads() / device.lanes();
        List<EncodedBatch> batches = EncodedBatch.of(pass.texts(), pass.batchTexts());
        try (ModelWeights weights = ModelWeights.read(storage, pass.model(), device)) {
            for (int from = 0; from < batches.size(); from += BATCHES_AT_ONCE) {
                new Lanes(device.lanes())
                        .map(
                                batches.subList(from, Math.min(batches.size(), from + BATCHES_AT_ONCE)),
                                lane -> {
                                    try (LoadedModel model = weights.open(threadsEach)) {
                                        lane.accept(model);
                                    }
                                },
                                work)
                        .forEach(sink);
            }
        }
    }
}
