// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.purespark.config.ComputeSettings;
import org.purespark.purify.Surroundings;

/**
 * One suspect after the other; each uses everything that the surroundings have.
 *
 * @param surroundings for runs that compute as a run's settings say
 */
public record SequentialSweep(Function<ComputeSettings, Surroundings> surroundings) implements SweepRunner {
    @Override
    public void run(List<PlannedRun> toDo, int maxAttempts, Consumer<SuspectResult> finished) {
        for (int i = 0; i < toDo.size(); i++) {
            PlannedRun planned = toDo.get(i);
            String label = planned.run().label();
            Surroundings around = surroundings.apply(planned.run().settings().compute());
            around.messages().accept("sweep: " + (i + 1) + " of " + toDo.size() + ": " + label);
            SuspectResult result = attempt(planned, around, 1);
            for (int attempt = 2; attempt <= maxAttempts && result.mayBeTriedAgain(); attempt++) {
                around.messages().accept("sweep: " + label + ": failed (" + result.error() + "), is tried again");
                result = attempt(planned, around, attempt);
            }
            finished.accept(result);
        }
    }

    private static SuspectResult attempt(PlannedRun planned, Surroundings around, int attempt) {
        SuspectPurification purification = new SuspectPurification(planned, SweepMode.CLUSTER, attempt, around.clock());
        try {
            return purification.run(around);
        } catch (IOException e) {
            return purification.failedUnwritten(e);
        }
    }
}
