// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.function.BiFunction;
import org.purespark.heads.Head;
import org.purespark.metrics.Confusion;
import org.purespark.model.Device;
import org.purespark.storage.Storage;

/** Evaluates in this process. */
public record LocalEvaluator(Storage storage, Device device) implements Evaluator {
    @Override
    public Statistics statistics(Pass pass, SortedSet<Head> pruned, int maxLength) {
        return forEach(pass, (model, batch) -> BatchEvaluation.statistics(model, batch, pruned, maxLength)).stream()
                .reduce(Statistics::merge)
                .orElseThrow();
    }

    @Override
    public List<Confusion> confusions(Pass pass, List<SortedSet<Head>> prunedSets) {
        List<Confusion> sums = new ArrayList<>();
        for (List<Confusion> more :
                forEach(pass, (model, batch) -> BatchEvaluation.confusions(model, batch, prunedSets))) {
            for (int i = 0; i < more.size(); i++) {
                if (i == sums.size()) {
                    sums.add(more.get(i));
                } else {
                    sums.set(i, sums.get(i).merge(more.get(i)));
                }
            }
        }
        return sums;
    }

    /** One: here sets are measured one after the other, so a set that the search does not need costs a whole pass. */
    @Override
    public int setsAtOnce(Pass pass) {
        return 1;
    }

    @Override
    public List<float[]> logits(Pass pass) {
        List<float[]> logits = new ArrayList<>();
        forEach(pass, BatchEvaluation::logits).forEach(ofBatch -> logits.addAll(Arrays.asList(ofBatch)));
        return logits;
    }

    private <T> List<T> forEach(Pass pass, BiFunction<LoadedModel, EncodedBatch, T> work) {
        int threadsEach = device.threads() / device.lanes();
        try (ModelWeights weights = ModelWeights.read(storage, pass.model(), device)) {
            return new Lanes(device.lanes())
                    .map(
                            EncodedBatch.of(pass.texts(), pass.batchTexts()),
                            lane -> {
                                try (LoadedModel model = weights.open(threadsEach)) {
                                    lane.accept(model);
                                }
                            },
                            work);
        }
    }
}
