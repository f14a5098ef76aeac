// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

/**
 * One figure of a model, whatever it adds to the verdict.
 *
 * @param name of lower-case words with hyphens, the same in every report
 * @param value the figure
 * @param unit of the figure, such as {@code share} or {@code logits}
 * @param meaning one sentence
 * @param threshold the figure from which on it fires, from the calibration; null where none applies
 * @param fires whether it is at the threshold or above
 */
public record VetSignal(String name, double value, String unit, String meaning, Double threshold, boolean fires) {
    public VetSignal {
        Require.text("signals.name", name);
        Require.that(Double.isFinite(value), "signals.value is " + value + ", expected a finite number");
        Require.text("signals.unit", unit);
        Require.text("signals.meaning", meaning);
        Require.that(
                threshold == null || Double.isFinite(threshold),
                "signals.threshold is " + threshold + ", expected a finite number or null");
        Require.that(
                fires == (threshold != null && value >= threshold),
                "signals.fires is " + fires + " for " + value + " and the threshold " + threshold);
    }

    /** A figure that fires at its threshold or above. */
    public static VetSignal of(String name, double value, String unit, String meaning, Double threshold) {
        return new VetSignal(name, value, unit, meaning, threshold, threshold != null && value >= threshold);
    }
}
