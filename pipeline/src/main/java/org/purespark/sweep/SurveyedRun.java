package org.purespark.sweep;

import java.util.Optional;

/**
 * A run as its files are found before anything is decided.
 *
 * @param before its last outcome, if there is one
 * @param unreadable why there is none although a file is there; else null
 */
public record SurveyedRun(
        SuspectRun run, RunKey key, double cost, Optional<SuspectOutcome> before, String unreadable) {}
