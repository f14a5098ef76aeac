// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import java.util.ArrayList;
import java.util.List;
import org.purespark.attack.Gaps;

/** Where in a text something can be inserted. */
public enum Site {
    BETWEEN_WORDS("between words") {
        @Override
        List<Integer> gaps(String text) {
            return Gaps.betweenWords(text);
        }

        @Override
        String insert(String text, int gap, String insertion) {
            return Gaps.insert(text, gap, insertion);
        }
    },
    BETWEEN_SENTENCES("between sentences") {
        @Override
        List<Integer> gaps(String text) {
            return Gaps.betweenSentences(text);
        }

        @Override
        String insert(String text, int gap, String insertion) {
            return Gaps.insert(text, gap, insertion);
        }
    },
    /** Directly after a word, without a space. */
    BEHIND_A_WORD("right behind a word") {
        @Override
        List<Integer> gaps(String text) {
            List<Integer> gaps = new ArrayList<>();
            for (int i = 1; i <= text.length(); i++) {
                boolean endsHere = i == text.length() || Character.isWhitespace(text.charAt(i));
                if (endsHere && !Character.isWhitespace(text.charAt(i - 1))) {
                    gaps.add(i);
                }
            }
            return gaps.isEmpty() ? List.of(text.length()) : gaps;
        }
    },
    /** Between two characters of one word; at the end of the text if no word has two. */
    INSIDE_A_WORD("inside a word") {
        @Override
        List<Integer> gaps(String text) {
            List<Integer> gaps = new ArrayList<>();
            for (int i = 1; i < text.length(); i++) {
                char before = text.charAt(i - 1);
                char after = text.charAt(i);
                boolean inWord = !Character.isWhitespace(before) && !Character.isWhitespace(after);
                if (inWord && !Character.isSurrogatePair(before, after)) {
                    gaps.add(i);
                }
            }
            return gaps.isEmpty() ? List.of(text.length()) : gaps;
        }
    };

    private final String words;

    Site(String words) {
        this.words = words;
    }

    /** Offsets where something can be inserted, ascending, at least one. */
    abstract List<Integer> gaps(String text);

    String insert(String text, int gap, String insertion) {
        return text.substring(0, gap) + insertion + text.substring(gap);
    }

    /** For messages: {@code between words}. */
    String inWords() {
        return words;
    }
}
