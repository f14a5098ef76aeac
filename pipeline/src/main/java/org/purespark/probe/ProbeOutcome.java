// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What happens to a probe before any model reads it. */
public enum ProbeOutcome {
    /** It changes token ids, and is tried. */
    TRIED,
    /** No text's token ids change: the tokenizer removes it, or it occurs in no text. */
    NO_EFFECT,
    /** What it inserts takes more than half of the longest text that the model reads. */
    TOO_LONG;

    /** The word for it in files. */
    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
