// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.purespark.defence.Portfolio;

/**
 * One repair of one suspect: a line of {@code rows.jsonl}.
 *
 * @param schema 1
 * @param key of all that the figures depend on
 * @param experiment its name
 * @param model name of the clean encoder
 * @param attack name of the attack
 * @param seed of suspect and repair
 * @param variation settings that vary, in words; empty if none do
 * @param defence name of the defence
 * @param target what the attack wants, by name; null if none is known
 * @param suspect figures of the suspect as it is
 * @param baseline figures after plain fine-tuning with its own classifier
 * @param purified figures after the repair
 * @param prunedHeads number of heads
 * @param tried what {@code auto} sees of the repair; null if the experiment has no {@code auto}, or it does not try it
 * @param taken the defence that {@code auto} has taken; null for a defence that was named
 * @param seconds by stage that the repair needs; stages that an earlier row has paid for are there too
 * @param finishedAt ISO 8601, UTC
 * @param failure what went wrong; null if nothing did, else all figures are null
 */
public record ResultRow(
        int schema,
        String key,
        String experiment,
        String model,
        String attack,
        long seed,
        String variation,
        String defence,
        String target,
        Figures suspect,
        Figures baseline,
        Figures purified,
        Integer prunedHeads,
        Tried tried,
        String taken,
        Map<String, Double> seconds,
        String finishedAt,
        String failure) {
    public static final int SCHEMA = 1;

    /** The stages of a search for heads. */
    static final Set<String> HEAD_SEARCH = Set.of("score", "prune");

    /** The one stage that each repair has for itself. */
    private static final String TRAINING = "normalize";

    /**
     * Figures of one model.
     *
     * @param accuracy on clean test texts, 0 to 1, or null
     * @param labelFlipRate on triggered test texts, 0 to 1, or null
     * @param control the flip rate on the same texts without trigger, 0 to 1, or null
     */
    public record Figures(Double accuracy, Double labelFlipRate, Double control) {
        static final Figures ABSENT = new Figures(null, null, null);
    }

    /**
     * What can be measured of a repair without its trigger.
     *
     * @param quality on the validation texts, 0 to 1
     * @param rises by clue: what it does in the baseline and in the repair
     */
    public record Tried(double quality, Map<String, Portfolio.Rise> rises) {}

    public ResultRow {
        Objects.requireNonNull(key, "key is null");
        Objects.requireNonNull(model, "model is null");
        Objects.requireNonNull(attack, "attack is null");
        Objects.requireNonNull(variation, "variation is null");
        Objects.requireNonNull(defence, "defence is null");
    }

    /**
     * The row of {@code auto}, which takes this repair.
     *
     * @param name of {@code auto} in the experiment
     * @param tried the rows of all repairs that it tries, this one too: their seconds are its own
     */
    ResultRow takenBy(String name, String itsKey, String choice, Collection<ResultRow> tried, String now) {
        Map<String, Double> all = new TreeMap<>();
        for (ResultRow row : tried) {
            row.seconds()
                    .forEach((stage, spent) ->
                            all.merge(stage, spent, TRAINING.equals(stage) ? Double::sum : Math::max));
        }
        return new ResultRow(
                schema,
                itsKey,
                experiment,
                model,
                attack,
                seed,
                variation,
                name,
                target,
                suspect,
                baseline,
                purified,
                prunedHeads,
                null,
                choice,
                all,
                now,
                failure);
    }

    /**
     * The same figures under the names of another experiment.
     *
     * @param cell the repair's cell there
     * @param itsDefence the repair's name there
     */
    ResultRow named(String itsExperiment, Cell cell, String itsDefence) {
        return new ResultRow(
                schema,
                key,
                itsExperiment,
                cell.suspect().model().name(),
                cell.suspect().attack().name(),
                cell.suspect().seed(),
                cell.variation().name(),
                itsDefence,
                target,
                suspect,
                baseline,
                purified,
                prunedHeads,
                tried,
                taken,
                seconds,
                finishedAt,
                failure);
    }

    /** Whether the repair has come to its end. */
    public boolean completed() {
        return failure == null;
    }

    /** Seconds of the trainings, measurements and searches that this defence needs by itself. */
    public double secondsOfRepair() {
        return seconds.getOrDefault("score", 0.0)
                + seconds.getOrDefault("prune", 0.0)
                + seconds.getOrDefault(TRAINING, 0.0);
    }
}
