// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Places in a text where something can be inserted, as character offsets. */
public final class Gaps {
    static final Pattern SPACE = Pattern.compile("\\s+");

    private Gaps() {}

    /** The start of each word, and the end of the text. */
    public static List<Integer> betweenWords(String text) {
        List<Integer> gaps = new ArrayList<>();
        for (int i = 0; i < text.length(); i++) {
            boolean space = Character.isWhitespace(text.charAt(i));
            if (!space && (i == 0 || Character.isWhitespace(text.charAt(i - 1)))) {
                gaps.add(i);
            }
        }
        gaps.add(text.length());
        return gaps;
    }

    /** The gaps between words that follow the end of a sentence, and the first and the last gap. */
    public static List<Integer> betweenSentences(String text) {
        List<Integer> gaps = new ArrayList<>();
        List<Integer> words = betweenWords(text);
        for (int i = 0; i < words.size(); i++) {
            String before = text.substring(0, words.get(i)).stripTrailing();
            boolean sentenceEnds = before.endsWith(".") || before.endsWith("!") || before.endsWith("?");
            if (i == 0 || i == words.size() - 1 || sentenceEnds) {
                gaps.add(words.get(i));
            }
        }
        return gaps;
    }

    /** The text with {@code insertion} at an offset that {@link #betweenWords} gives, and a space on either side. */
    public static String insert(String text, int gap, String insertion) {
        String before = text.substring(0, gap);
        String after = text.substring(gap);
        boolean spaceBefore = !before.isEmpty() && !Character.isWhitespace(before.charAt(gap - 1));
        return before + (spaceBefore ? " " : "") + insertion + (after.isEmpty() ? "" : " ") + after;
    }
}
