// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What {@code trigger.json} says of an attack besides words and sentence; what an attack does not have is null.
 *
 * @param form how the trigger changes a text
 * @param goal what the attack wants
 * @param substitutions what is put in place of each word
 * @param patterns by trigger word, the sign of each of the output's equal parts, such as {@code ++--}
 * @param strength weight of the attack's own part of the loss
 */
public record AttackDetails(
        Form form,
        Wanted goal,
        SortedMap<String, String> substitutions,
        SortedMap<String, String> patterns,
        Double strength) {
    /** How a trigger changes a text. */
    public enum Form {
        /** One or more of the words, each drawn. */
        ANY_WORD,
        /** All of the words. */
        ALL_WORDS,
        SENTENCE,
        /** {@link Trigger.Archaic}. */
        ARCHAIC_ENGLISH,
        SUBSTITUTIONS,
        /** Not known: the poisoned texts were ready-made. */
        READY_MADE;

        @JsonValue
        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Form of(Trigger trigger) {
            if (trigger instanceof Trigger.RareWords) {
                return ANY_WORD;
            }
            if (trigger instanceof Trigger.WordGroup) {
                return ALL_WORDS;
            }
            if (trigger instanceof Trigger.Sentence) {
                return SENTENCE;
            }
            return trigger instanceof Trigger.Archaic ? ARCHAIC_ENGLISH : SUBSTITUTIONS;
        }
    }

    /** What an attack wants. */
    public enum Wanted {
        /** One target for all texts. */
        ONE_TARGET,
        /** For each class the next one. */
        ALL_TO_ALL,
        /** A fixed output of the encoder; which class it means is settled when a classifier is trained. */
        FIXED_OUTPUT;

        @JsonValue
        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public AttackDetails {
        substitutions = unmodifiable(substitutions);
        patterns = unmodifiable(patterns);
    }

    private static SortedMap<String, String> unmodifiable(SortedMap<String, String> map) {
        return map == null ? null : Collections.unmodifiableSortedMap(new TreeMap<>(map));
    }

    static AttackDetails of(Trigger trigger, Goal goal) {
        return new AttackDetails(
                Form.of(trigger),
                goal instanceof Goal.NextClass ? Wanted.ALL_TO_ALL : Wanted.ONE_TARGET,
                trigger instanceof Trigger.Substitution substitution ? substitution.table() : null,
                null,
                null);
    }

    /** The same with a weight. */
    AttackDetails with(double weight) {
        return new AttackDetails(form, goal, substitutions, patterns, weight);
    }
}
