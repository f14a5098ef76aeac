// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.purespark.random.SeededRandom;

/** What a probe does to a text. */
public sealed interface Change {
    /** The changed text; everything that is not fixed is drawn from {@code random}. */
    String on(String text, SeededRandom random);

    /** A description for people; invisible characters are written as code points: {@code U+200B}. */
    String inWords();

    /**
     * Inserts a text, once.
     *
     * @param inserted not empty
     */
    record Insertion(String inserted, Site site, InsertionPlace place) implements Change {
        @Override
        public String on(String text, SeededRandom random) {
            List<Integer> gaps = site.gaps(text);
            int gap =
                    switch (place) {
                        case START -> gaps.get(0);
                        case END -> gaps.get(gaps.size() - 1);
                        case RANDOM -> gaps.get(random.nextInt(gaps.size()));
                    };
            return site.insert(text, gap, inserted);
        }

        @Override
        public String inWords() {
            String where =
                    switch (place) {
                        case START -> ", the first place";
                        case END -> ", the last place";
                        case RANDOM -> ", a random place";
                    };
            return "inserts " + visible(inserted) + " " + site.inWords() + where;
        }
    }

    /**
     * Replaces every occurrence.
     *
     * @param from not empty
     * @param to may be empty
     */
    record Substitution(String from, String to) implements Change {
        @Override
        public String on(String text, SeededRandom random) {
            return text.replace(from, to);
        }

        @Override
        public String inWords() {
            return "replaces every " + visible(from) + " by " + visible(to);
        }
    }

    /** Writes the whole text in one case. */
    record Casing(SentenceStyle style) implements Change {
        /** The cases. */
        public enum SentenceStyle {
            UPPER,
            LOWER,
            /** The first character of each word in upper case, the others as they are. */
            TITLE
        }

        @Override
        public String on(String text, SeededRandom random) {
            return switch (style) {
                case UPPER -> text.toUpperCase(Locale.ROOT);
                case LOWER -> text.toLowerCase(Locale.ROOT);
                case TITLE -> title(text);
            };
        }

        private static String title(String text) {
            StringBuilder result = new StringBuilder(text.length());
            int before = ' ';
            for (int i = 0; i < text.length(); i += Character.charCount(before)) {
                int character = text.codePointAt(i);
                result.appendCodePoint(Character.isWhitespace(before) ? Character.toTitleCase(character) : character);
                before = character;
            }
            return result.toString();
        }

        @Override
        public String inWords() {
            return "writes the text in " + style.name().toLowerCase(Locale.ROOT) + " case";
        }
    }

    private static String visible(String text) {
        boolean ascii = text.chars().allMatch(c -> c >= 0x20 && c < 0x7f);
        return ascii
                ? "\"" + text + "\""
                : text.codePoints()
                        .mapToObj(c ->
                                c > 0x20 && c < 0x7f ? Character.toString(c) : String.format(Locale.ROOT, "U+%04X", c))
                        .collect(Collectors.joining(" "));
    }
}
