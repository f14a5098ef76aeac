// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import java.io.Serializable;
import java.util.OptionalDouble;

/**
 * A model's two figures for reports; null if there is nothing to measure.
 *
 * @param accuracy on the clean test set, 0 to 1, or null
 * @param labelFlipRate on the triggered test set, 0 to 1, or null
 */
public record Rates(Double accuracy, Double labelFlipRate) implements Serializable {
    /** Nothing measured. */
    public static final Rates NONE = new Rates(null, null);

    public Rates {
        requireShare("accuracy", accuracy);
        requireShare("label-flip rate", labelFlipRate);
    }

    /**
     * The figures of the counts on the clean and the triggered test set.
     *
     * @param clean counts on the clean test set, or null if there is none
     * @param triggered counts on the triggered test set, or null if there is none
     * @param target the attack's target class; not used without triggered texts
     */
    public static Rates of(Confusion clean, Confusion triggered, int target) {
        return new Rates(
                clean == null ? null : orNull(clean.accuracy()),
                triggered == null ? null : orNull(triggered.labelFlipRate(target)));
    }

    private static Double orNull(OptionalDouble rate) {
        return rate.isPresent() ? rate.getAsDouble() : null;
    }

    private static void requireShare(String what, Double rate) {
        if (rate != null && !(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException(what + " " + rate + " must be 0 to 1");
        }
    }
}
