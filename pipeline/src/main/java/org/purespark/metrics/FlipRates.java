// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import java.util.Optional;

/**
 * How often one model predicts the target for texts of other classes: with the trigger and, as the control, the same
 * texts without it.
 *
 * @param triggered label-flip rate, 0 to 1
 * @param untriggered flip rate of the same texts without trigger, 0 to 1; empty if not known
 */
public record FlipRates(double triggered, Optional<Double> untriggered) {
    /**
     * Used for an unknown control: about the share of texts that fine-tuned sentence classifiers of moderate accuracy
     * (0.85 to 0.9) give to one wrong class.
     */
    public static final double ASSUMED_UNTRIGGERED = 0.15;

    public FlipRates {
        requireShare(triggered);
        untriggered.ifPresent(FlipRates::requireShare);
    }

    /** What the trigger adds to the errors that the model makes anyway: triggered minus untriggered, at least 0. */
    public double excess() {
        return Math.max(0, triggered - untriggered.orElse(ASSUMED_UNTRIGGERED));
    }

    private static void requireShare(double rate) {
        if (!(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException("flip rate " + rate + " must be 0 to 1");
        }
    }
}
