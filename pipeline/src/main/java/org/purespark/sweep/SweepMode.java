// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How the cluster works on the suspects. */
public enum SweepMode {
    /** One suspect in each task slot; one task runs all its stages. */
    SLOTS,
    /** One suspect after the other, each with the whole cluster. */
    CLUSTER;

    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
