// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.artifact;

import java.util.List;
import java.util.Map;

/**
 * {@code repair.json}: what made the purified model from the suspect.
 *
 * @param schema 2
 * @param defence its name in settings
 * @param usesHeadSearch whether the pruned heads are those of {@code pruned-heads.json}
 * @param prunedHeads number of heads that are pruned
 * @param trainings one after the other, at least one
 * @param facts settings and figures by name
 * @param choice how the defence was chosen; null if the user has named it
 */
public record RepairFile(
        int schema,
        String defence,
        boolean usesHeadSearch,
        int prunedHeads,
        List<Training> trainings,
        Map<String, String> facts,
        Choice choice) {
    public static final int SCHEMA = 2;

    /**
     * A training.
     *
     * @param name what it is
     * @param from the model that it starts from: {@code suspect}, {@code baseline} or {@code previous}
     * @param epochs at least 1
     * @param learningRate the highest, above 0
     */
    public record Training(String name, String from, int epochs, double learningRate) {}

    /**
     * The choice among several defences.
     *
     * @param reason in words
     * @param candidates in the order in which they were tried
     */
    public record Choice(String reason, List<Candidate> candidates) {}

    /**
     * A defence that was tried.
     *
     * @param validationQuality of its model on the validation texts, 0 to 1
     * @param excess the largest share of texts that a clue turns in its model, above what it turns in the repair where
     *     it turns least, 0 to 2
     * @param clue with that share: a trigger and its target; null if no clue counts
     */
    public record Candidate(String defence, double validationQuality, double excess, String clue) {}

    public RepairFile {
        Check.schema(schema, SCHEMA);
        Check.that(defence != null && !defence.isBlank(), "defence is missing");
        Check.that(prunedHeads >= 0, "prunedHeads is " + prunedHeads + ", expected 0 or more");
        trainings = Check.list("trainings", trainings);
        Check.that(!trainings.isEmpty(), "trainings is empty, expected at least one");
        Check.that(facts != null, "facts is null, expected settings and figures by name");
    }
}
