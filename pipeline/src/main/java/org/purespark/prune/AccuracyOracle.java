// SPDX-License-Identifier: Apache-2.0
package org.purespark.prune;

import java.util.List;
import java.util.Set;
import org.purespark.heads.Head;

/** Measures f, the fine-tuned model, on the validation texts with some heads pruned, without retraining. */
@FunctionalInterface
public interface AccuracyOracle {
    /**
     * The validation accuracy for each set of pruned heads. They do not depend on one another and may be measured at
     * the same time.
     *
     * @param prunedSets at least one; the empty set is f itself
     * @return one accuracy, 0 to 1, for each set, in the same order
     */
    List<Double> accuracies(List<Set<Head>> prunedSets);
}
