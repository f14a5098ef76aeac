package org.purespark.sweep;

import java.util.List;
import java.util.function.Consumer;

/** Carries out the runs of a sweep, wherever they are computed. */
public interface SweepRunner {
    /**
     * Carries out each run, those that fail without the input's fault again. A failing run does not stop the others.
     *
     * @param toDo in the order to begin them
     * @param maxAttempts how often a run is tried, at least 1
     * @param finished is told the last result of each run, by the calling thread
     */
    void run(List<PlannedRun> toDo, int maxAttempts, Consumer<SuspectResult> finished);
}
