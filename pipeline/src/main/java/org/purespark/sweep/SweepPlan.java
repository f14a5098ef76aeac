// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.purespark.sweep.PlannedRun.Reason;

/**
 * The decision what a sweep does; it does nothing itself.
 *
 * @param toDo the largest run first, so that no large run begins when all others are done
 * @param done results that are still valid, in the manifest's order
 * @param mode how the cluster works on the runs
 * @param why the mode was chosen, in words
 */
public record SweepPlan(List<PlannedRun> toDo, List<SuspectResult> done, SweepMode mode, String why) {
    public SweepPlan {
        toDo = List.copyOf(toDo);
        done = List.copyOf(done);
    }

    /**
     * Decides.
     *
     * @param slots number of tasks that the cluster runs at a time
     * @param asked the mode that the user wants; empty if the plan chooses
     */
    public static SweepPlan of(List<SurveyedRun> runs, int slots, Optional<SweepMode> asked) {
        List<PlannedRun> toDo = new ArrayList<>();
        List<SuspectResult> done = new ArrayList<>();
        for (SurveyedRun run : runs) {
            Optional<PlannedRun> planned = plan(run);
            if (planned.isPresent()) {
                toDo.add(planned.get());
            } else {
                done.add(run.before().orElseThrow().result());
            }
        }
        // Sorting keeps the manifest's order of runs with the same cost.
        toDo.sort(Comparator.comparingDouble(PlannedRun::cost).reversed());
        SweepMode mode = asked.orElseGet(() -> choose(toDo.size(), slots));
        String why = asked.isPresent() ? "as asked for" : why(toDo.size(), slots);
        return new SweepPlan(toDo, done, mode, why);
    }

    /** Empty if the last outcome is still valid. */
    private static Optional<PlannedRun> plan(SurveyedRun run) {
        if (run.before().isEmpty()) {
            return Optional.of(
                    run.unreadable() == null
                            ? PlannedRun.of(run, Reason.NEW, List.of())
                            : PlannedRun.of(run, Reason.CHANGED, List.of(run.unreadable())));
        }
        SuspectOutcome before = run.before().get();
        List<String> changes = run.key().changesSince(before.madeFrom());
        if (!changes.isEmpty()) {
            return Optional.of(PlannedRun.of(run, Reason.CHANGED, changes));
        }
        return before.result().done()
                ? Optional.empty()
                : Optional.of(PlannedRun.of(run, Reason.FAILED_BEFORE, List.of()));
    }

    private static SweepMode choose(int toDo, int slots) {
        return slots > 1 && toDo >= slots ? SweepMode.SLOTS : SweepMode.CLUSTER;
    }

    private static String why(int toDo, int slots) {
        String found = toDo + (toDo == 1 ? " run" : " runs") + " to do on " + slots + (slots == 1 ? " slot" : " slots");
        if (slots <= 1) {
            return found;
        }
        return found + (toDo >= slots ? ": enough to keep every slot busy" : ": too few to keep every slot busy");
    }

    /** How many runs must be done for this reason. */
    public long count(Reason reason) {
        return toDo.stream().filter(run -> run.reason() == reason).count();
    }
}
