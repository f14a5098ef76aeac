// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
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
    private int at;
    private int depth;
    private int dots;
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
            switch (character) {
                case '"' -> skipQuoted();
                case '#' -> skipLine();
                case '{', '[' -> {
                    depth++;
                    dots = 0;
                }
                case '}', ']' -> {
                    depth--;
                    dots = 0;
                }
                case '.' -> dots++;
                case '=', ':', ',', '\n' -> dots = 0;
                case '$', '+' -> substitutions += isNext(character == '$' ? '{' : '=') ? 1 : 0;
                default -> {
                    // nothing that nests
                }
            }
            if (depth > DEEPEST || dots > DEEPEST) {
                throw refused("nested deeper than " + DEEPEST + " levels");
            }
            if (substitutions > MOST_SUBSTITUTIONS) {
                throw refused("made of more than " + MOST_SUBSTITUTIONS + " substitutions (${…} and +=)");
            }
        }
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
