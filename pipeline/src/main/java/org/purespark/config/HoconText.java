// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import java.util.ArrayDeque;
import java.util.Deque;
import org.purespark.InputException;

/**
 * Text in HOCON. Bounds hold before the library reads it: it goes down brackets and dotted keys as deep as they are,
 * and a few substitutions in each other stand for a text of any length.
 */
public final class HoconText {
    /** The library takes some hundred bytes for each character. */
    private static final int MOST_CHARACTERS = 100_000;

    private static final int DEEPEST = 64;
    private static final int MOST_SUBSTITUTIONS = 16;

    private final String text;
    private final String what;
    /** Levels of each open brace and bracket: its own, and those of the dots in the key before it. */
    private final Deque<Integer> open = new ArrayDeque<>();

    private int at;
    /** The sum of {@link #open}. */
    private int depth;
    /** In the entry that is read. */
    private int dots;

    private boolean lineEnded;
    private int substitutions;

    private HoconText(String text, String what) {
        this.text = text;
        this.what = what;
    }

    /**
     * Reads and resolves the text.
     *
     * @param what the file, for messages: {@code the settings file conf/a.conf}
     * @param origin its address, for the places of values
     * @throws InputException if it is not HOCON, is too long or nested too deeply, or has an include or too many
     *     substitutions
     */
    public static Config parse(String text, String what, String origin) {
        new HoconText(text, what).check();
        ConfigParseOptions options =
                ConfigParseOptions.defaults().setOriginDescription(origin).setIncluder(new NoInclude(what));
        try {
            return ConfigFactory.parseString(text, options).resolve();
        } catch (ConfigException | IllegalArgumentException e) {
            // the library refuses an escape such as \\u-123 by an IllegalArgumentException
            throw new InputException("cannot read " + what + ": " + e.getMessage(), e);
        }
    }

    private void check() {
        if (text.length() > MOST_CHARACTERS) {
            throw new InputException("cannot read " + what + ": it has " + text.length() + " characters, the most is "
                    + MOST_CHARACTERS);
        }
        while (at < text.length()) {
            char character = text.charAt(at++);
            if (character == '#' || (character == '/' && isNext('/'))) {
                skipLine();
            } else if (character == '\n') {
                lineEnded = true;
            } else if (!isSpace(character)) {
                // behind a line's end an entry goes on with its separator or its braces alone
                dots = lineEnded && "{[=:+".indexOf(character) < 0 ? 0 : dots;
                lineEnded = false;
                count(character);
            }
        }
    }

    private void count(char character) {
        switch (character) {
            case '"' -> skipQuoted();
            case '{', '[' -> {
                open.push(1 + dots);
                depth += 1 + dots;
                dots = 0;
            }
            case '}', ']' -> {
                // braces may follow that go on with the same entry
                int levels = open.isEmpty() ? 1 : open.pop();
                depth -= levels;
                dots = levels - 1;
            }
            case '.' -> dots++;
            case ',' -> dots = 0;
            case '$', '+' -> substitutions += isNext(character == '$' ? '{' : '=') ? 1 : 0;
            default -> {
                // nothing that nests
            }
        }
        if (depth + dots > DEEPEST) {
            throw refused("nested deeper than " + DEEPEST + " levels");
        }
        if (substitutions > MOST_SUBSTITUTIONS) {
            throw refused("made of more than " + MOST_SUBSTITUTIONS + " substitutions (${…} and +=)");
        }
    }

    /** What the library takes for space. */
    private static boolean isSpace(char character) {
        return Character.isWhitespace(character) || Character.isSpaceChar(character) || character == '\uFEFF';
    }

    private boolean isNext(char character) {
        return at < text.length() && text.charAt(at) == character;
    }

    private void skipLine() {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
    }

    /** The text after a quotation mark, up to the one that closes it; a quoted text does not nest. */
    private void skipQuoted() {
        if (text.startsWith("\"\"", at)) {
            int end = text.indexOf("\"\"\"", at + 2);
            at = end < 0 ? text.length() : end + 3;
            while (isNext('"')) {
                at++;
            }
            return;
        }
        while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\n') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        at = Math.min(at + 1, text.length());
    }

    private InputException refused(String found) {
        long line = text.substring(0, at).lines().count();
        return new InputException("cannot read " + what + ", line " + line + ": it is " + found);
    }
}
