package org.purespark.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.function.BiConsumer;
import org.purespark.batch.EncodedSplit;
import org.purespark.heads.Head;
import org.purespark.metrics.Confusion;
import org.purespark.storage.Storage;

/** Evaluates in this process, one batch after the other. */
public record LocalEvaluator(Storage storage, int threads) implements Evaluator {
    @Override
    public Statistics statistics(Pass pass, SortedSet<Head> pruned, int maxLength) {
        List<Statistics> parts = new ArrayList<>();
        forEach(pass, (model, batch) -> parts.add(BatchEvaluation.statistics(model, batch, pruned, maxLength)));
        return parts.stream().reduce(Statistics::merge).orElseThrow();
    }

    @Override
    public List<Confusion> confusions(Pass pass, List<SortedSet<Head>> prunedSets) {
        List<Confusion> sums = new ArrayList<>();
        forEach(pass, (model, batch) -> {
            List<Confusion> more = BatchEvaluation.confusions(model, batch, prunedSets);
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

    /** One: sets come one after the other here, so a set that the search turns out not to need costs a whole pass. */
    @Override
    public int setsAtOnce(Pass pass) {
        return 1;
    }

    @Override
    public List<float[]> logits(Pass pass) {
        List<float[]> logits = new ArrayList<>();
        forEach(pass, (model, batch) -> logits.addAll(Arrays.asList(BatchEvaluation.logits(model, batch))));
        return logits;
    }

    private void forEach(Pass pass, BiConsumer<LoadedModel, EncodedBatch> work) {
        EncodedSplit texts = pass.texts();
        try (ModelWeights weights = ModelWeights.read(storage, pass.model());
                LoadedModel model = weights.open(threads)) {
            for (EncodedBatch batch : EncodedBatch.of(texts, pass.batchTexts())) {
                work.accept(model, batch);
            }
        }
    }
}
