package org.purespark.prune;

import java.util.List;
import java.util.Set;
import org.purespark.heads.Head;

/** Measures f, the fine-tuned model, on the validation texts with heads taken out and nothing retrained. */
@FunctionalInterface
public interface AccuracyOracle {
    /**
     * The validation accuracy for each set of pruned heads. The sets do not depend on one another: they may be
     * evaluated side by side.
     *
     * @param prunedSets at least one; the empty set stands for f itself
     * @return one accuracy, 0 to 1, for each set, in the same order
     */
    List<Double> accuracies(List<Set<Head>> prunedSets);
}
