// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.calibration;

/**
 * From where on a signal fires.
 *
 * @param signal its name
 * @param value it fires at this figure or above
 * @param largestClean largest figure of the clean models, below {@code value}
 * @param detected number of the backdoored models on which it fires
 * @param backdoored number of the backdoored models that have the figure
 */
public record Threshold(String signal, double value, double largestClean, int detected, int backdoored) {
    public Threshold {
        Field.that(signal != null && !signal.isBlank(), "thresholds.signal is missing");
        Field.finite("thresholds.value", value);
        Field.finite("thresholds.largestClean", largestClean);
        Field.that(
                largestClean < value,
                "thresholds.largestClean of " + signal + " is " + largestClean + ", expected less than the value "
                        + value);
        Field.that(
                detected >= 0 && detected <= backdoored,
                "thresholds.detected of " + signal + " is " + detected + ", expected 0 to " + backdoored);
    }
}
