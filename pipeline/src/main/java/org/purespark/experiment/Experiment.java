// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import java.util.List;
import java.util.SortedMap;
import org.purespark.poison.PoisonRequest;

/**
 * Attacks played against defences: each attack makes a suspect of each model with each seed, and each defence repairs
 * each of these under each variation.
 *
 * @param name of the experiment, for its tables
 * @param models the clean encoders
 * @param data clean labelled texts
 * @param attacks at least one
 * @param defences at least one
 * @param seeds of suspects and repairs, at least one
 * @param variations settings that vary, by name; at least one, which may be empty
 * @param poisonSettings settings of the trainings that make suspects, by key
 * @param settings settings of the repairs, by key
 * @param reference name of the defence that the others are compared with
 */
public record Experiment(
        String name,
        List<Model> models,
        Data data,
        List<PlannedAttack> attacks,
        List<PlannedDefence> defences,
        List<Long> seeds,
        List<Variation> variations,
        SortedMap<String, String> poisonSettings,
        SortedMap<String, String> settings,
        String reference) {

    /**
     * A clean encoder.
     *
     * @param address its Hugging Face directory
     * @param other address of another model of the same architecture for the defences that need one, or null
     */
    public record Model(String name, String address, String other) {}

    /**
     * Clean labelled texts.
     *
     * @param validation may be null: held out of train
     */
    public record Data(String train, String validation, String test) {}

    /**
     * An attack.
     *
     * @param attack its name on the command line of {@code poison}
     * @param target label that triggered texts get; null where the attack has none
     * @param rate share of texts that are poisoned
     * @param poisonedTrain ready-made poisoned texts, or null
     * @param poisonedTest ready-made triggered texts with their true labels, or null
     * @param aim whether one label is aimed at, or each class at the next
     * @param strength of the attack's own part of the loss; null for the usual one
     * @param settings settings of its trainings, by key
     */
    public record PlannedAttack(
            String name,
            String attack,
            String target,
            double rate,
            String poisonedTrain,
            String poisonedTest,
            PoisonRequest.Aim aim,
            Double strength,
            SortedMap<String, String> settings) {}

    /** Which of the experiment's models a defender has besides the suspect. */
    public enum OtherModels {
        /** All that the defence can use. */
        ALL,
        /** None: the suspect and clean texts are all there is. */
        NONE
    }

    /** A defence with settings of its own, by key. */
    public record PlannedDefence(String name, OtherModels otherModels, SortedMap<String, String> settings) {}

    /** Settings that hold for all defences, by key; the name says them. */
    public record Variation(String name, SortedMap<String, String> settings) {}
}
