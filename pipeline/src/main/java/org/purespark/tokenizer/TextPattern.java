// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.purespark.Shown;

/**
 * What a {@code Replace} or a {@code Split} looks for: a string, or a regular expression. The native engine for these
 * (Oniguruma) searches by backtracking, so that a bad expression takes time that doubles with each character; after ten
 * million steps it gives up, which ends the process. Two kinds of expressions are allowed: those that published
 * tokenizers have, and those of {@link SafeExpression}, which need no backtracking.
 *
 * @param leastBytes the shortest match, in bytes of UTF-8, at least 1
 * @param matchesBlanksOnly whether a match is spaces and nothing else
 */
record TextPattern(int leastBytes, boolean matchesBlanksOnly) {
    private static final int LONGEST_STRING = 64;
    private static final int LONGEST_EXPRESSION = 512;

    /**
     * Expressions of GPT-2, of Llama 3 (from cl100k), and of Qwen 2. Each alternative takes a run of characters of one
     * kind, so a run is walked a fixed number of times, whatever follows it.
     */
    private static final Set<String> PUBLISHED = Set.of(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+");

    /** Reads {@code {"String": …}} or {@code {"Regex": …}}. */
    static TextPattern read(JsonPart pattern) {
        if (pattern.json().isObject() && pattern.json().size() == 1) {
            if (pattern.json().has("String")) {
                return ofString(pattern.at("String"));
            }
            if (pattern.json().has("Regex")) {
                return ofExpression(pattern.at("Regex"));
            }
        }
        throw pattern.unexpected("an object with a String or a Regex");
    }

    private static TextPattern ofString(JsonPart part) {
        String string = part.text(LONGEST_STRING);
        if (string.isEmpty()) {
            throw part.unexpected("a string that is not empty");
        }
        return new TextPattern(string.getBytes(StandardCharsets.UTF_8).length, string.isBlank());
    }

    private static TextPattern ofExpression(JsonPart part) {
        String expression = part.text(LONGEST_EXPRESSION);
        if (PUBLISHED.contains(expression)) {
            return new TextPattern(1, false);
        }
        try {
            SafeExpression safe = SafeExpression.parse(expression);
            return new TextPattern(safe.leastCharacters(), safe.blanksOnly());
        } catch (SafeExpression.NotSafe e) {
            throw part.refused("is \"" + Shown.of(expression) + "\", which may take time without end (" + e.getMessage()
                    + "): allowed are the expressions of published tokenizers, and characters and classes of which only"
                    + " the last is repeated");
        }
    }
}
