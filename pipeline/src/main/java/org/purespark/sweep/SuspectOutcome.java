// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import java.util.Objects;

/**
 * {@code outcome.json} of a run directory, written last.
 *
 * @param schema 1
 * @param madeFrom settings and inputs, so that a later sweep can see what has changed
 */
public record SuspectOutcome(int schema, SuspectResult result, RunKey madeFrom) {
    public static final int SCHEMA = 1;

    public SuspectOutcome {
        Objects.requireNonNull(result, "result is null");
        Objects.requireNonNull(madeFrom, "madeFrom is null");
    }
}
