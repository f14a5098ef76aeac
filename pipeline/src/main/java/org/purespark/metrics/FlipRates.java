// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import java.util.Optional;
import java.util.OptionalDouble;

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

    /**
     * The rates of a model's counts.
     *
     * @param triggered counts on the triggered test set
     * @param clean counts on the same texts without trigger, or null if there are none
     * @param target the attack's target class
     * @return empty if the triggered set has no text of another class
     */
    public static Optional<FlipRates> of(Confusion triggered, Confusion clean, int target) {
        OptionalDouble rate = triggered.labelFlipRate(target);
        if (rate.isEmpty()) {
            return Optional.empty();
        }
        OptionalDouble control = clean == null ? OptionalDouble.empty() : clean.labelFlipRate(target);
        return Optional.of(new FlipRates(
                rate.getAsDouble(), control.isPresent() ? Optional.of(control.getAsDouble()) : Optional.empty()));
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
