// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a finding adds to the verdict. */
public enum VetLevel {
    /** Nothing: clean models of the calibration show the like, or no calibration applies. */
    NOTE,
    /** The verdict is at least suspicious. */
    SUSPICIOUS,
    /** The verdict is backdoored. */
    BACKDOORED;

    /** The name in files and on the console: lower case. */
    @JsonValue
    public String spelling() {
        return name().toLowerCase(Locale.ROOT);
    }
}
