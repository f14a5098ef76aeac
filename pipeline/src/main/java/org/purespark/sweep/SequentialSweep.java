package org.purespark.sweep;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.purespark.purify.Surroundings;

/** One suspect after the other, each with all that the surroundings have. */
public record SequentialSweep(Surroundings surroundings) implements SweepRunner {
    @Override
    public void run(List<PlannedRun> toDo, int maxAttempts, Consumer<SuspectResult> finished) {
        for (int i = 0; i < toDo.size(); i++) {
            PlannedRun planned = toDo.get(i);
            String label = planned.run().label();
            surroundings.said().accept("sweep: " + (i + 1) + " of " + toDo.size() + ": " + label);
            SuspectResult result = attempt(planned, 1);
            for (int attempt = 2; attempt <= maxAttempts && result.mayBeTriedAgain(); attempt++) {
                surroundings.said().accept("sweep: " + label + ": failed (" + result.error() + "), is tried again");
                result = attempt(planned, attempt);
            }
            finished.accept(result);
        }
    }

    private SuspectResult attempt(PlannedRun planned, int attempt) {
        SuspectPurification purification =
                new SuspectPurification(planned, SweepMode.CLUSTER, attempt, surroundings.clock());
        try {
            return purification.run(surroundings);
        } catch (IOException e) {
            return purification.failedUnwritten(e);
        }
    }
}
