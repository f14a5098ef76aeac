// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import java.util.Optional;

/**
 * A run and the state of its files, before any decision.
 *
 * @param before its last outcome, if there is one
 * @param unreadable why the file with the outcome cannot be read; else null
 */
public record SurveyedRun(
        SuspectRun run, RunKey key, double cost, Optional<SuspectOutcome> before, String unreadable) {}
