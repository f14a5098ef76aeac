// SPDX-License-Identifier: Apache-2.0
package org.purespark.locate;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How a part of the suspect is changed. */
public enum Way {
    /** It adds nothing: heads have a gate of 0; the last projection of an MLP is zeros, its bias too. */
    OFF,
    /** Its tensors are those of a clean model. */
    TRANSPLANT;

    /** The name in files and tables. */
    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
