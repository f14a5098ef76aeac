// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * How many heads are pruned. Exactly one of {@code threshold} and {@code maxAccuracyDrop} is given, the other is null.
 *
 * @param groupSize heads pruned between two measurements of the validation accuracy, [1, 100000]
 * @param threshold absolute validation accuracy below which pruning stops, [0, 1], or null
 * @param maxAccuracyDrop how far validation accuracy may fall below the unpruned model's, [0, 1], or null
 */
public record PruneSettings(
        @Allowed("[1, 100000]") int groupSize,
        @Allowed("[0, 1]") Double threshold,
        @Allowed("[0, 1]") Double maxAccuracyDrop)
        implements Serializable {
    public PruneSettings {
        if ((threshold == null) == (maxAccuracyDrop == null)) {
            throw new IllegalArgumentException("exactly one of threshold (" + threshold + ") and maxAccuracyDrop ("
                    + maxAccuracyDrop + ") must be given");
        }
    }

    /**
     * The validation accuracy below which pruning stops, for an unpruned model of accuracy {@code unpruned} (0 to 1).
     */
    public double thresholdFor(double unpruned) {
        return threshold != null ? threshold : unpruned - maxAccuracyDrop;
    }
}
