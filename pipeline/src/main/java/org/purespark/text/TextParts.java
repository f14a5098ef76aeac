// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * What is classified at once: a text, or a pair of texts.
 *
 * @param first may be empty, never null
 * @param second of a pair, may be empty; null for a single text
 */
public record TextParts(String first, String second) implements Serializable {
    /** Whether there are one or two texts. */
    public enum Form {
        SINGLE,
        PAIR
    }

    public TextParts {
        Objects.requireNonNull(first, "text");
    }

    public static TextParts single(String text) {
        return new TextParts(text, null);
    }

    public static TextParts pair(String first, String second) {
        return new TextParts(first, Objects.requireNonNull(second, "second text"));
    }

    /** Single texts. */
    public static List<TextParts> singles(List<String> texts) {
        return texts.stream().map(TextParts::single).toList();
    }

    public Form form() {
        return second == null ? Form.SINGLE : Form.PAIR;
    }

    public boolean isPair() {
        return second != null;
    }

    /** Both with their first text changed. */
    public TextParts withFirst(UnaryOperator<String> change) {
        return new TextParts(change.apply(first), second);
    }

    /**
     * Both with their second text changed.
     *
     * @throws IllegalStateException for a single text
     */
    public TextParts withSecond(UnaryOperator<String> change) {
        if (second == null) {
            throw new IllegalStateException("a single text has no second one");
        }
        return new TextParts(first, change.apply(second));
    }

    /** Number of characters of all texts. */
    public int length() {
        return first.length() + (second == null ? 0 : second.length());
    }
}
