// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * How many heads are pruned. Exactly one of {@code threshold} and {@code maxAccuracyDrop} is given, the other is null.
 *
 * @param policy which heads of the order are pruned
 * @param groupSize heads pruned between two measurements of the validation accuracy, [1, 100000]
 * @param threshold absolute validation accuracy below which pruning stops, [0, 1], or null
 * @param maxAccuracyDrop how far validation accuracy may fall below the unpruned model's, [0, 1], or null
 * @param share of all heads, or of each layer's, that is pruned by a policy without search, [0, 1]; null for a search
 * @param price of {@link PolicyChoice#REINFORCE}: what keeping all heads costs, in accuracy, [0, 1]
 * @param measurements of the same: most sets of heads that are measured, [10, 100000]
 */
public record PruneSettings(
        PolicyChoice policy,
        @Allowed("[1, 100000]") int groupSize,
        @Allowed("[0, 1]") Double threshold,
        @Allowed("[0, 1]") Double maxAccuracyDrop,
        @Allowed("[0, 1]") Double share,
        @Allowed("[0, 1]") double price,
        @Allowed("[10, 100000]") int measurements)
        implements Serializable {
    public PruneSettings {
        if ((threshold == null) == (maxAccuracyDrop == null)) {
            throw new IllegalArgumentException("exactly one of threshold (" + threshold + ") and maxAccuracyDrop ("
                    + maxAccuracyDrop + ") must be given");
        }
        if (policy.takesShare() == (share == null)) {
            throw new IllegalArgumentException(
                    "policy " + policy + " with share " + share + ": searches take no share, the others need one");
        }
    }

    /**
     * The validation accuracy below which pruning stops, for an unpruned model of accuracy {@code unpruned} (0 to 1).
     */
    public double thresholdFor(double unpruned) {
        return threshold != null ? threshold : unpruned - maxAccuracyDrop;
    }
}
