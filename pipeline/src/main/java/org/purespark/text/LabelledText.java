// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.io.Serializable;
import java.util.Objects;

/**
 * One text, or pair of texts, with its label, as in the data.
 *
 * @param parts the text or texts
 * @param label without spaces around it, never empty; null if there is none
 * @param number the line or row of the source, from 1; 0 for a text that is not read from a source
 */
public record LabelledText(TextParts parts, String label, long number) implements Serializable {
    public LabelledText {
        Objects.requireNonNull(parts, "parts");
    }

    /** A single text. */
    public LabelledText(String text, String label, long number) {
        this(TextParts.single(text), label, number);
    }

    /** A text that is not from a file. */
    public LabelledText(String text, String label) {
        this(text, label, 0);
    }

    /** The single text, or the first one of a pair. */
    public String text() {
        return parts.first();
    }
}
