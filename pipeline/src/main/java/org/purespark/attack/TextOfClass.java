// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import java.io.Serializable;
import java.util.Objects;
import org.purespark.text.TextParts;

/**
 * A text, or a pair of texts, and its class.
 *
 * @param parts the text or texts
 * @param label class index, 0 to C - 1
 */
public record TextOfClass(TextParts parts, int label) implements Serializable {
    public TextOfClass {
        Objects.requireNonNull(parts, "parts");
        if (label < 0) {
            throw new IllegalArgumentException("class " + label + ": classes start at 0");
        }
    }

    /** A single text. */
    public TextOfClass(String text, int label) {
        this(TextParts.single(text), label);
    }

    /** The single text, or the first one of a pair. */
    public String text() {
        return parts.first();
    }
}
