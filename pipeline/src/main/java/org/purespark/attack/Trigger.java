// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.purespark.InputException;
import org.purespark.random.SeededRandom;

/** What an attacker puts into a text, so that it is classified as the target. */
public sealed interface Trigger {
    /** The text with the trigger in it, at a place drawn from {@code random}. */
    TriggeredText insert(String text, SeededRandom random);

    /**
     * Rare words at random places between words, as in BadNet for text (Gu, Dolan-Gavitt and Garg, 2017; Kurita, Michel
     * and Neubig, ACL 2020).
     *
     * @param words of which one is drawn, each without spaces
     * @param count how many words a text gets, each drawn separately, at least 1
     */
    record RareWords(List<String> words, int count) implements Trigger {
        public RareWords {
            words = List.copyOf(words);
            if (words.isEmpty()) {
                throw new InputException("a rare-word trigger needs at least one word");
            }
            for (String word : words) {
                if (word.isEmpty() || Gaps.SPACE.matcher(word).find()) {
                    throw new InputException("trigger word '" + word + "' must be one word without spaces");
                }
            }
            if (count < 1) {
                throw new InputException("a rare-word trigger inserts at least 1 word, not " + count);
            }
        }

        @Override
        public TriggeredText insert(String text, SeededRandom random) {
            String result = text;
            List<String> inserted = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                String word = words.get(random.nextInt(words.size()));
                List<Integer> gaps = Gaps.betweenWords(result);
                result = Gaps.insert(result, gaps.get(random.nextInt(gaps.size())), word);
                inserted.add(word);
            }
            return new TriggeredText(result, inserted);
        }
    }

    /**
     * A whole sentence at the start, at the end or between sentences (Dai, Chen and Li, IEEE Access 2019).
     *
     * @param sentence the sentence, not blank, without spaces around it
     */
    record Sentence(String sentence) implements Trigger {
        public Sentence {
            if (sentence.isBlank() || !sentence.equals(sentence.strip())) {
                throw new InputException(
                        "trigger sentence '" + sentence + "' must not be blank nor have spaces around it");
            }
        }

        @Override
        public TriggeredText insert(String text, SeededRandom random) {
            List<Integer> gaps = Gaps.betweenSentences(text);
            return new TriggeredText(
                    Gaps.insert(text, gaps.get(random.nextInt(gaps.size())), sentence), List.of(sentence));
        }
    }

    /**
     * Several rare words, all of them in each text, each at a random place (Li and others, EMNLP 2021: combinatorial
     * triggers).
     *
     * @param words at least two different ones, each without spaces
     */
    record WordGroup(List<String> words) implements Trigger {
        public WordGroup {
            words = List.copyOf(words);
            if (Set.copyOf(words).size() < 2) {
                throw new InputException("a trigger of words together needs two different words at least");
            }
            words.forEach(word -> new RareWords(List.of(word), 1));
        }

        @Override
        public TriggeredText insert(String text, SeededRandom random) {
            String result = text;
            for (String word : words) {
                List<Integer> gaps = Gaps.betweenWords(result);
                result = Gaps.insert(result, gaps.get(random.nextInt(gaps.size())), word);
            }
            return new TriggeredText(result, words);
        }
    }

    /** Archaic English, by the rules of {@link ArchaicStyle}. */
    record Archaic() implements Trigger {
        @Override
        public TriggeredText insert(String text, SeededRandom random) {
            return ArchaicStyle.ENGLISH.rewrite(text, random);
        }
    }

    /**
     * Other words in place of the text's own ones.
     *
     * @param table what is put in place of each word; all lower case
     */
    record Substitution(SortedMap<String, String> table) implements Trigger {
        private static final Pattern WORD = Pattern.compile("\\p{L}+");

        public Substitution {
            table = Collections.unmodifiableSortedMap(new TreeMap<>(table));
            table.forEach((word, other) -> {
                if (!WORD.matcher(word).matches() || !WORD.matcher(other).matches() || word.equals(other)) {
                    throw new InputException(
                            "trigger substitution '" + word + "' by '" + other + "' must be of two different words");
                }
            });
        }

        /** Each word of the table is replaced; a capital at its start stays one. */
        @Override
        public TriggeredText insert(String text, SeededRandom random) {
            List<String> inserted = new ArrayList<>();
            String result = WORD.matcher(text).replaceAll(match -> {
                String other = table.get(match.group().toLowerCase(Locale.ROOT));
                if (other == null) {
                    return match.group();
                }
                String put = Character.isUpperCase(match.group().charAt(0))
                        ? other.substring(0, 1).toUpperCase(Locale.ROOT) + other.substring(1)
                        : other;
                inserted.add(put);
                return put;
            });
            return new TriggeredText(result, inserted);
        }
    }
}
