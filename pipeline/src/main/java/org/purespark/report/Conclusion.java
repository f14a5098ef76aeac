// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import java.util.List;
import java.util.Optional;
import org.purespark.metrics.RepairVerdict;
import org.purespark.metrics.Verdict;

/**
 * What a run's figures say, for page, terminal and {@code report.json}.
 *
 * @param judged empty if the models have not been evaluated
 * @param examination of the suspect; empty if it was not examined
 */
public record Conclusion(Optional<Judged> judged, Optional<Examination> examination) {
    /** Nothing is known yet. */
    public static final Conclusion NONE = new Conclusion(Optional.empty(), Optional.empty());

    /**
     * The verdicts on the purified model.
     *
     * @param repair whether the suspect is repaired
     * @param attack what became of the attack
     */
    public record Judged(RepairVerdict repair, Verdict attack) {}

    /**
     * What an examination of the suspect by {@code vet} says.
     *
     * @param verdict its name in files
     * @param reason in words
     * @param confidence 0 to 1, or null
     * @param triggers the strongest first
     */
    public record Examination(String verdict, String reason, Double confidence, List<FoundTrigger> triggers) {
        public Examination {
            triggers = List.copyOf(triggers);
        }
    }

    /**
     * A short input that turns texts.
     *
     * @param trigger as a user would type it
     * @param target class that texts are turned to
     * @param position where it stands in a text
     * @param rateWith share of the texts that it turns, 0 to 1
     * @param rateWithout the control, 0 to 1
     * @param texts number of texts of both rates
     * @param level what it adds to the verdict
     */
    public record FoundTrigger(
            String trigger,
            String target,
            String position,
            double rateWith,
            double rateWithout,
            int texts,
            String level) {}

    /** One line on the repair and one on the attack; or one that there is no verdict. */
    List<String> lines() {
        return judged.map(verdicts ->
                        List.of(verdicts.repair().words(), verdicts.attack().words()))
                .orElse(List.of());
    }
}
