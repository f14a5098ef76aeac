// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.calibration;

import java.util.List;

/**
 * How the fit does on models that it has not seen: each attack is judged by thresholds that are fitted without any
 * model of that attack, each clean model by thresholds that are fitted without it.
 *
 * @param attacks one for each attack
 * @param clean number of clean models
 * @param flagged how many of them a signal fires on
 */
public record LeftOut(List<OfAttack> attacks, int clean, int flagged) {
    /**
     * An attack that was left out.
     *
     * @param models number of its models, at least 1
     * @param detected how many of them a signal fires on
     */
    public record OfAttack(String attack, int models, int detected) {
        public OfAttack {
            Field.that(attack != null && !attack.isBlank(), "leftOut.attacks.attack is missing");
            Field.that(
                    models >= 1 && detected >= 0 && detected <= models,
                    "leftOut.attacks of " + attack + ": " + detected + " of " + models + " models are detected");
        }
    }

    public LeftOut {
        attacks = Field.list("leftOut.attacks", attacks);
        Field.that(
                clean >= 0 && flagged >= 0 && flagged <= clean,
                "leftOut: " + flagged + " of " + clean + " clean models are flagged");
    }

    /** Share of the models that are put right, 0 to 1; clean and backdoored ones count the same, and so do attacks. */
    public double rate() {
        double detected = attacks.stream()
                .mapToDouble(attack -> (double) attack.detected() / attack.models())
                .average()
                .orElse(0);
        return (detected + (clean == 0 ? 0 : 1 - (double) flagged / clean)) / 2;
    }
}
