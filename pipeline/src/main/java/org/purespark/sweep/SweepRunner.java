// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import java.util.List;
import java.util.function.Consumer;

/** Runs the purifications of a sweep, in this process or on a cluster. */
public interface SweepRunner {
    /**
     * Does each run. A run that fails is tried again, unless its input is wrong. A failing run does not stop the
     * others.
     *
     * @param toDo in the order in which they begin
     * @param maxAttempts how often a run is tried at most, at least 1
     * @param finished gets the last result of each run, in the calling thread
     */
    void run(List<PlannedRun> toDo, int maxAttempts, Consumer<SuspectResult> finished);
}
