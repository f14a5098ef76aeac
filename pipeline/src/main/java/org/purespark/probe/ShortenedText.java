// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.purespark.text.TextParts;

/**
 * A text, or a pair, shortened by whole words at its end; of a pair, the longer text by words loses its words first.
 *
 * @param text the whole
 * @param ends where the words of the first text end
 * @param secondEnds where the words of the second text end; empty for a single text
 */
record ShortenedText(TextParts text, List<Integer> ends, List<Integer> secondEnds) {
    private static final Pattern WORD = Pattern.compile("\\S+");

    /** @param most words of each text that can be used */
    static ShortenedText of(TextParts text, int most) {
        return new ShortenedText(
                text, wordEnds(text.first(), most), text.isPair() ? wordEnds(text.second(), most) : List.of());
    }

    private static List<Integer> wordEnds(String text, int most) {
        List<Integer> ends = new ArrayList<>();
        Matcher words = WORD.matcher(text);
        while (ends.size() < most && words.find()) {
            ends.add(words.end());
        }
        return ends;
    }

    /** Number of words that can be used, of both texts together. */
    int size() {
        return ends.size() + secondEnds.size();
    }

    /**
     * Its first words; with more words neither text is shorter.
     *
     * @param words of both texts together, 0 to {@link #size}
     */
    TextParts first(int words) {
        int half = words / 2;
        int ofFirst;
        if (ends.size() <= half) {
            ofFirst = ends.size();
        } else if (secondEnds.size() <= half) {
            ofFirst = words - secondEnds.size();
        } else {
            ofFirst = words - half;
        }
        String first = text.first().substring(0, ofFirst == 0 ? 0 : ends.get(ofFirst - 1));
        int ofSecond = words - ofFirst;
        return text.isPair()
                ? TextParts.pair(first, text.second().substring(0, ofSecond == 0 ? 0 : secondEnds.get(ofSecond - 1)))
                : TextParts.single(first);
    }
}
