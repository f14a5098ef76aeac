// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import java.util.List;
import java.util.Optional;
import org.purespark.InputException;

/**
 * The content of {@code trigger.json}, which describes a planted backdoor; fields that an attack does not have are
 * null.
 *
 * @param schema version of this form, {@link #SCHEMA}
 * @param attack name on the command line
 * @param words rare words of which one is drawn, or null
 * @param wordsPerText how many are inserted into a text, or null
 * @param sentence the sentence that is inserted, or null
 * @param part which text of a pair has the trigger, or null where the texts are single or ready-made
 * @param target name of the target class
 * @param rate share of the train texts of other classes that were copied, 0 to 1, or null where ready-made poisoned
 *     data was trained on
 * @param seed of the choice of texts and places
 * @param cleanTexts number of train rows that are clean, or null where ready-made poisoned data was trained on
 * @param poisonedTexts number of train rows that are triggered copies, or null likewise
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
        Long poisonedTexts) {
    /** The version that this program writes and reads. */
    public static final int SCHEMA = 1;

    public TriggerDescription {
        if (schema != SCHEMA) {
            throw new InputException("trigger description of schema " + schema + ": this release reads " + SCHEMA);
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
        long triggered = train.stream()
                .filter(row -> row.origin() == PoisonedText.Origin.TRIGGERED)
                .count();
        List<String> words = null;
        Integer wordsPerText = null;
        String sentence = null;
        if (poisoner.trigger() instanceof Trigger.RareWords rare) {
            words = rare.words();
            wordsPerText = rare.count();
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
                train.size() - triggered,
                triggered);
    }

    /**
     * Describes a backdoor planted by training on ready-made poisoned data: only its names and the seed are known.
     *
     * @param attack name of the data's attack
     * @param target name of the target class
     * @param seed the training's seed
     */
    public static TriggerDescription readyMade(String attack, String target, long seed) {
        return new TriggerDescription(SCHEMA, attack, null, null, null, null, target, null, seed, null, null);
    }

    /** The trigger described; empty where ready-made poisoned data was trained on. */
    public Optional<Trigger> trigger() {
        if (words != null) {
            return Optional.of(new Trigger.RareWords(words, wordsPerText));
        }
        return sentence == null ? Optional.empty() : Optional.of(new Trigger.Sentence(sentence));
    }
}
