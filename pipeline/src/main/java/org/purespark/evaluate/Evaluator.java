package org.purespark.evaluate;

import java.util.List;
import java.util.SortedSet;
import org.purespark.batch.EncodedSplit;
import org.purespark.heads.Head;
import org.purespark.metrics.Confusion;

/** Passes over texts with a model at rest, wherever they are computed. Results do not depend on how many take part. */
public interface Evaluator {
    /**
     * What is to be looked at.
     *
     * @param label what a person is told is being done
     * @param batchTexts texts that go through the model at once
     */
    record Pass(String label, ModelSource model, EncodedSplit texts, int batchTexts) {}

    /**
     * Head variances over all texts, and the confusion matrix of the labelled ones.
     *
     * @param pruned heads that take no part, besides those that the checkpoint declares
     * @param maxLength N + 1 of the variance's definition
     */
    Statistics statistics(Pass pass, SortedSet<Head> pruned, int maxLength);

    /** One confusion matrix for each set of pruned heads, in their order. */
    List<Confusion> confusions(Pass pass, List<SortedSet<Head>> prunedSets);

    /**
     * How many sets a search that could stop after any of them had best put into one call of {@link #confusions}: as
     * many as keep what computes busy. Results do not depend on it.
     *
     * @return at least 1
     */
    int setsAtOnce(Pass pass);

    /** Class scores [C] of each text, in the order of the texts. */
    List<float[]> logits(Pass pass);
}
