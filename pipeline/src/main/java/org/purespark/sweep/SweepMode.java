package org.purespark.sweep;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How the suspects are spread over the cluster. */
public enum SweepMode {
    /** One suspect in each task slot, all of its stages in one task. */
    SLOTS,
    /** One suspect after the other, each with the whole cluster. */
    CLUSTER;

    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
