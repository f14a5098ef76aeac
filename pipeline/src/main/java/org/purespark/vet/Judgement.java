// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.purespark.config.VetSettings;
import org.purespark.vet.calibration.Calibration;
import org.purespark.vet.calibration.ModelShape;
import org.purespark.vet.calibration.Threshold;

/**
 * A verdict from signals and a calibration.
 *
 * @param verdict the answer
 * @param confidence 0 to 1, or null
 * @param reason in words
 * @param signals with their thresholds
 */
record Judgement(VetVerdict verdict, Double confidence, String reason, List<VetSignal> signals) {
    /** Fewer texts tell nothing of a rate. */
    private static final int LEAST_TEXTS = 8;

    /**
     * @param calibration null if there is none
     * @param measured least number of texts on which results were measured, of all classes
     */
    static Judgement of(
            List<VetSignal> signals, Calibration calibration, ModelShape shape, VetSettings settings, int measured) {
        if (measured < LEAST_TEXTS) {
            return open(
                    signals,
                    "for one class at least only " + measured
                            + " texts are left to measure on: give more clean texts of every class");
        }
        if (calibration == null) {
            return open(signals, "there is no calibration, so no figure has a threshold: name one with --calibration");
        }
        Optional<String> mismatch = calibration.mismatch(shape, settings);
        if (mismatch.isPresent()) {
            return open(signals, mismatch.get());
        }
        List<VetSignal> judged = signals.stream()
                .map(signal -> VetSignal.of(
                        signal.name(),
                        signal.value(),
                        signal.unit(),
                        signal.meaning(),
                        calibration.threshold(signal.name()).orElse(null)))
                .toList();
        List<VetSignal> firing = judged.stream().filter(VetSignal::fires).toList();
        double confidence = calibration.leftOut().rate();
        List<String> missing = calibration.thresholds().stream()
                .map(Threshold::signal)
                .filter(name ->
                        signals.stream().noneMatch(signal -> signal.name().equals(name)))
                .toList();
        if (firing.isEmpty() && !missing.isEmpty()) {
            return open(
                    judged,
                    "no measured signal is at the threshold of the calibration " + calibration.name() + ", but "
                            + String.join(", ", missing)
                            + " could not be measured: they need the clean encoder (--clean-model) and an embedding"
                            + " that was trained");
        }
        if (firing.isEmpty()) {
            return new Judgement(
                    VetVerdict.CLEAN,
                    confidence,
                    "no signal is at the threshold of the calibration " + calibration.name()
                            + "; attacks that it does not detect are not excluded",
                    judged);
        }
        boolean trigger = firing.stream().anyMatch(signal -> Figures.showsTrigger(signal.name()));
        return new Judgement(
                trigger ? VetVerdict.BACKDOORED : VetVerdict.SUSPICIOUS,
                confidence,
                (trigger
                                ? "a short input turns texts as in no clean model of the calibration: "
                                : "a figure is as in no clean model of the calibration, and no trigger was found: ")
                        + inWords(firing),
                judged);
    }

    private static Judgement open(List<VetSignal> signals, String reason) {
        return new Judgement(VetVerdict.INCONCLUSIVE, null, reason, signals);
    }

    private static String inWords(List<VetSignal> firing) {
        return String.join(
                ", ",
                firing.stream()
                        .map(signal -> String.format(
                                Locale.ROOT,
                                "%s %.3f (threshold %.3f)",
                                signal.name(),
                                signal.value(),
                                signal.threshold()))
                        .toList());
    }
}
