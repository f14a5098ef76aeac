// SPDX-License-Identifier: Apache-2.0
package org.purespark.prune;

import org.purespark.heads.HeadOrder;

/** Chooses the heads to prune. The last head of each layer is never pruned. */
public interface PrunePolicy {
    /**
     * Chooses from the heads of f.
     *
     * @param order the order in which heads are pruned
     * @param threshold lowest accepted validation accuracy
     * @param oracle measures f with heads pruned
     * @throws IllegalStateException if the oracle does not give one accuracy from 0 to 1 for each set
     */
    PrunePlan plan(HeadOrder order, Threshold threshold, AccuracyOracle oracle);
}
