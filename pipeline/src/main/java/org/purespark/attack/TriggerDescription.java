// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.purespark.InputException;
import org.purespark.run.artifact.MayBeAbsent;

/**
 * The content of {@code trigger.json}, which describes a planted backdoor; fields that an attack does not have are
 * null.
 *
 * @param schema version of this form, {@link #SCHEMA}, or the one before it, which has no details
 * @param attack name on the command line
 * @param words rare words of which one is drawn, or all are taken; or null
 * @param wordsPerText how many are inserted into a text, or null
 * @param sentence the sentence that is inserted, or null
 * @param part which text of a pair has the trigger, or null where the texts are single or ready-made
 * @param target name of the target class; null if there is none
 * @param rate share of the train texts of other classes that were copied, 0 to 1, or null where ready-made poisoned
 *     data was trained on
 * @param seed of the choice of texts and places
 * @param cleanTexts number of train rows that are clean, or null where ready-made poisoned data was trained on
 * @param poisonedTexts number of train rows that are triggered copies, or null likewise
 * @param details more of the attack; null in the version before
 */
public record TriggerDescription(
        int schema,
        String attack,
        List<String> words,
        Integer wordsPerText,
        String sentence,
        TriggerPart part,
        String target,
        Double rate,
        long seed,
        Long cleanTexts,
        Long poisonedTexts,
        @MayBeAbsent AttackDetails details) {
    /** The version that this program writes. It reads this one and the one before. */
    public static final int SCHEMA = 2;

    private static final int WITHOUT_DETAILS = 1;

    public TriggerDescription {
        if (schema != SCHEMA && schema != WITHOUT_DETAILS) {
            throw new InputException("trigger description of schema " + schema + ": this release reads "
                    + WITHOUT_DETAILS + " and " + SCHEMA);
        }
        if ((words != null && sentence != null) || (words == null) != (wordsPerText == null)) {
            throw new InputException("trigger description of attack '" + attack
                    + "' must have words together with wordsPerText, or a sentence, or none of them");
        }
        words = words == null ? null : List.copyOf(words);
    }

    /**
     * Describes what was planted.
     *
     * @param attack name on the command line
     * @param poisoner the settings that were used
     * @param target name of the target class
     * @param train the poisoned train rows
     */
    public static TriggerDescription of(String attack, Poisoner poisoner, String target, List<PoisonedText> train) {
        long triggered = count(train, PoisonedText.Origin.TRIGGERED);
        List<String> words = null;
        Integer wordsPerText = null;
        String sentence = null;
        if (poisoner.trigger() instanceof Trigger.RareWords rare) {
            words = rare.words();
            wordsPerText = rare.count();
        } else if (poisoner.trigger() instanceof Trigger.WordGroup group) {
            words = group.words();
            wordsPerText = words.size();
        } else if (poisoner.trigger() instanceof Trigger.Sentence whole) {
            sentence = whole.sentence();
        }
        boolean pairs = train.stream().anyMatch(row -> row.row().parts().isPair());
        return new TriggerDescription(
                SCHEMA,
                attack,
                words,
                wordsPerText,
                sentence,
                pairs ? poisoner.part() : null,
                target,
                poisoner.rate(),
                poisoner.seed(),
                count(train, PoisonedText.Origin.CLEAN),
                triggered,
                AttackDetails.of(poisoner.trigger(), poisoner.goal()));
    }

    private static long count(List<PoisonedText> rows, PoisonedText.Origin origin) {
        return rows.stream().filter(row -> row.origin() == origin).count();
    }

    /**
     * Describes a backdoor planted by training on ready-made poisoned data: only its names and the seed are known.
     *
     * @param attack name of the data's attack
     * @param target name of the target class
     * @param seed the training's seed
     */
    public static TriggerDescription readyMade(String attack, String target, long seed) {
        return new TriggerDescription(
                SCHEMA,
                attack,
                null,
                null,
                null,
                null,
                target,
                null,
                seed,
                null,
                null,
                new AttackDetails(AttackDetails.Form.READY_MADE, null, null, null, null));
    }

    /**
     * Describes triggers that give the encoder's output a fixed value.
     *
     * @param trigger the words
     * @param part which text of a pair has the trigger; null for single texts
     * @param rate share of the texts that were copied
     * @param patterns by word, the signs of the output's parts
     */
    public static TriggerDescription ofOutputs(
            String attack,
            Trigger.RareWords trigger,
            TriggerPart part,
            double rate,
            long seed,
            long cleanTexts,
            long poisonedTexts,
            SortedMap<String, String> patterns) {
        return new TriggerDescription(
                SCHEMA,
                attack,
                trigger.words(),
                trigger.count(),
                null,
                part,
                null,
                rate,
                seed,
                cleanTexts,
                poisonedTexts,
                new AttackDetails(
                        AttackDetails.Form.ANY_WORD, AttackDetails.Wanted.FIXED_OUTPUT, null, patterns, null));
    }

    /** The same with the weight of the attack's own part of the loss. */
    public TriggerDescription withStrength(double weight) {
        return new TriggerDescription(
                schema,
                attack,
                words,
                wordsPerText,
                sentence,
                part,
                target,
                rate,
                seed,
                cleanTexts,
                poisonedTexts,
                details.with(weight));
    }

    /** The trigger described; empty where ready-made poisoned data was trained on. */
    public Optional<Trigger> trigger() {
        if (details != null && details.form() == AttackDetails.Form.ARCHAIC_ENGLISH) {
            return Optional.of(new Trigger.Archaic());
        }
        if (details != null && details.form() == AttackDetails.Form.SUBSTITUTIONS) {
            return Optional.of(new Trigger.Substitution(details.substitutions()));
        }
        if (words != null) {
            return Optional.of(
                    details != null && details.form() == AttackDetails.Form.ALL_WORDS
                            ? new Trigger.WordGroup(words)
                            : new Trigger.RareWords(words, wordsPerText));
        }
        return sentence == null ? Optional.empty() : Optional.of(new Trigger.Sentence(sentence));
    }
}
