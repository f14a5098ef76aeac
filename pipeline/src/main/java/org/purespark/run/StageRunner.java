// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.purespark.run.event.Event;
import org.purespark.run.event.EventLog;
import org.purespark.run.lease.DirectoryInUseException;

/** Runs stages, or skips them, and reports which and why, to a person and to the event log. */
public final class StageRunner {
    private final RunDirectory run;
    private final RunContext context;
    private final EventLog events;
    private final Clock clock;
    private final Consumer<String> messages;

    /** @param messages gets each line that a person should read */
    public StageRunner(RunDirectory run, RunContext context, EventLog events, Clock clock, Consumer<String> messages) {
        this.run = run;
        this.context = context;
        this.events = events;
        this.clock = clock;
        this.messages = messages;
    }

    /**
     * The key of a stage with the present settings and inputs.
     *
     * @throws org.purespark.InputException if a stage upstream has no result yet
     */
    StageKey key(StageNeeds needs) throws IOException {
        SortedMap<StageName, String> results = new TreeMap<>();
        for (StageName before : needs.upstream()) {
            results.put(before, run.upstream(before));
        }
        return StageKey.of(needs, context, results);
    }

    /**
     * Runs the stage unless it is complete and made from the same settings and inputs.
     *
     * @return what was decided
     * @throws org.purespark.InputException when a stage upstream has no result yet
     */
    public Decision run(Stage stage) throws IOException {
        StageKey key = key(stage.needs());
        Decision decision = run.decide(key);
        messages.accept(decision.inWords());
        if (!decision.runs()) {
            run.removeWork(key.stage());
            events.log(new Event.StageSkipped(key.stage()));
            events.flush();
            return decision;
        }
        long start = clock.millis();
        int attempt = run.start(key, context);
        List<String> reasons = decision instanceof Decision.RunAgain again ? again.reasons() : List.of();
        events.log(new Event.StageStarted(key.stage(), attempt, reasons));
        try {
            stage.run();
            double seconds = (clock.millis() - start) / 1000.0;
            run.finish(key, seconds);
            events.log(new Event.StageFinished(key.stage(), seconds));
            events.flush();
        } catch (DirectoryInUseException lost) {
            // the events are another process's now
            throw lost;
        } catch (IOException | RuntimeException | Error failure) {
            logFailure(key.stage(), failure);
            throw failure;
        }
        return decision;
    }

    private void logFailure(StageName stage, Throwable failure) {
        try {
            events.log(new Event.StageFailed(stage));
            events.flush();
        } catch (UncheckedIOException e) {
            // most likely the storage has failed; the first failure is the one to report
            failure.addSuppressed(e);
        }
    }
}
