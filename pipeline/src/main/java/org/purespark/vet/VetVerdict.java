// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Whether a classifier carries a backdoor, as far as an examination without a known trigger can tell. */
public enum VetVerdict {
    /** All was measured, and nothing is out of line with clean models. */
    CLEAN,
    /** Something is out of line with clean models, but not by enough for certainty. */
    SUSPICIOUS,
    /** A short input was found that turns texts to a class as no clean model of the calibration lets it. */
    BACKDOORED,
    /** No calibration applies to the model, or too few texts could be used. */
    INCONCLUSIVE;

    /** The name in files and on the console: lower case. */
    @JsonValue
    public String spelling() {
        return name().toLowerCase(Locale.ROOT);
    }
}
