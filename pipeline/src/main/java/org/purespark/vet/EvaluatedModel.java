// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.purespark.batch.EncodedSplit;
import org.purespark.evaluate.Evaluator;
import org.purespark.evaluate.ModelSource;
import org.purespark.evaluate.SlotRange;
import org.purespark.task.Task;
import org.purespark.vet.search.SearchedModel;

/**
 * A classifier of one label, asked through an evaluator.
 *
 * @param classes C
 */
record EvaluatedModel(Evaluator evaluator, ModelSource model, int classes) implements SearchedModel {
    /** Tokens that go through the model at once, about: short texts make large batches. */
    private static final int BATCH_TOKENS = 1536;

    @Override
    public List<float[]> logits(String label, List<int[]> texts) {
        return evaluator.logits(pass(label, texts, EncodedSplit.NO_LABEL));
    }

    @Override
    public double[][] slotGradients(String label, List<int[]> texts, int target, int first, int count) {
        return evaluator
                .slotGradients(pass(label, texts, target), new SlotRange(SlotRange.Edge.START, first, count))
                .sums();
    }

    /**
     * [L][A] mean variance of each head's CLS attention.
     *
     * @param maxLength N + 1 of the variance's definition
     */
    double[][] attentionVariance(String label, List<int[]> texts, int maxLength) {
        return evaluator
                .statistics(pass(label, texts, 0), Collections.emptySortedSet(), maxLength)
                .variances()
                .scores()
                .variance();
    }

    private Evaluator.Pass pass(String label, List<int[]> texts, int answer) {
        int[] labels = new int[texts.size()];
        Arrays.fill(labels, answer);
        long tokens = texts.stream().mapToLong(text -> text.length).sum();
        int batchTexts = (int) Math.max(1, (long) BATCH_TOKENS * texts.size() / Math.max(1, tokens));
        return new Evaluator.Pass(label, model, new Task.OneLabel(), EncodedSplit.of(texts, labels), batchTexts);
    }
}
