// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import java.util.ArrayList;
import java.util.List;
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
}
