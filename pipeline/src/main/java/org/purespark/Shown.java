// SPDX-License-Identifier: Apache-2.0
package org.purespark;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Text from files, as messages, logs and tables show it. A file may come from a stranger: its names and values must not
 * forge a line, move the cursor of a terminal or fill a log.
 */
public final class Shown {
    /** Characters of a text that are shown; the rest is cut. */
    public static final int MOST_CHARACTERS = 200;

    private static final int MOST_ITEMS = 20;

    private Shown() {}

    /**
     * The text in one line: what controls a terminal or cannot be seen is escaped as {@code \n} or {@code \}{@code
     * u001b}, and what is longer than {@link #MOST_CHARACTERS} is cut.
     *
     * @param text its {@code toString} is shown; null is shown as {@code null}
     */
    public static String of(Object text) {
        String whole = String.valueOf(text);
        if (whole.length() <= MOST_CHARACTERS) {
            return oneLine(whole);
        }
        int end = Character.isHighSurrogate(whole.charAt(MOST_CHARACTERS - 1)) ? MOST_CHARACTERS - 1 : MOST_CHARACTERS;
        return oneLine(whole.substring(0, end)) + "… (" + whole.length() + " characters)";
    }

    /** The texts, each as {@link #of} shows it, with commas between them; of many, the first ones and their number. */
    public static String list(Collection<?> texts) {
        String shown = texts.stream().limit(MOST_ITEMS).map(Shown::of).collect(Collectors.joining(", "));
        return texts.size() <= MOST_ITEMS ? shown : shown + ", … (" + texts.size() + " in all)";
    }

    /** The text as {@link #of} shows it, but whole. */
    public static String oneLine(String text) {
        StringBuilder shown = null;
        for (int at = 0; at < text.length(); ) {
            int character = text.codePointAt(at);
            int next = at + Character.charCount(character);
            if (isHidden(character)) {
                if (shown == null) {
                    shown = new StringBuilder(text.substring(0, at));
                }
                escape(character, shown);
            } else if (shown != null) {
                shown.appendCodePoint(character);
            }
            at = next;
        }
        return shown == null ? text : shown.toString();
    }

    /** Control characters, line ends of any kind, marks that change the direction of writing, halves of pairs. */
    private static boolean isHidden(int character) {
        int type = Character.getType(character);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }

    private static void escape(int character, StringBuilder shown) {
        switch (character) {
            case '\n' -> shown.append("\\n");
            case '\r' -> shown.append("\\r");
            case '\t' -> shown.append("\\t");
            default -> {
                for (char unit : Character.toChars(character)) {
                    shown.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
            }
        }
    }
}
