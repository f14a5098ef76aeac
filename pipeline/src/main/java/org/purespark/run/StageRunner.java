// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
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
    private final Optional<FormerRun> former;

    /** @param messages gets each line that a person should read */
    public StageRunner(RunDirectory run, RunContext context, EventLog events, Clock clock, Consumer<String> messages) {
        this(run, context, events, clock, messages, Optional.empty());
    }

    private StageRunner(
            RunDirectory run,
            RunContext context,
            EventLog events,
            Clock clock,
            Consumer<String> messages,
            Optional<FormerRun> former) {
        this.former = former;
        this.run = run;
        this.context = context;
        this.events = events;
        this.clock = clock;
        this.messages = messages;
    }

    /** The same, which takes what another run has made already. */
    public StageRunner reusing(FormerRun other) {
        return new StageRunner(run, context, events, clock, messages, Optional.of(other));
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
     * Runs the stage unless it is complete and made from the same settings and inputs, here or in a former run.
     *
     * @return what was decided
     * @throws org.purespark.InputException when a stage upstream has no result yet
     */
    public Decision run(Stage stage) throws IOException {
        StageKey key = key(stage.needs());
        Decision own = run.decide(key);
        Decision decision = own.runs() ? reuse(key).orElse(own) : own;
        messages.accept(decision.inWords());
        if (decision instanceof Decision.Skip) {
            run.removeWork(key.stage());
            events.log(new Event.StageSkipped(key.stage()));
            events.flush();
            return decision;
        }
        long start = clock.millis();
        int attempt = run.start(key, context);
        events.log(new Event.StageStarted(key.stage(), attempt, reasons(decision)));
        try {
            if (decision instanceof Decision.TakeOver) {
                takeOver(key.stage());
            } else {
                stage.run();
            }
            double seconds = decision instanceof Decision.TakeOver
                    ? former.orElseThrow().seconds(key.stage())
                    : (clock.millis() - start) / 1000.0;
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

    private static List<String> reasons(Decision decision) {
        if (decision instanceof Decision.RunAgain again) {
            return again.reasons();
        }
        return decision instanceof Decision.TakeOver taken ? List.of("taken from " + taken.from()) : List.of();
    }

    /** Whether a former run has the result; else says why not. The report tells of its own run, so it is made. */
    private Optional<Decision> reuse(StageKey key) throws IOException {
        if (former.isEmpty() || key.stage() == StageName.REPORT) {
            return Optional.empty();
        }
        String from = former.get().address();
        Decision theirs = former.get().decide(key);
        if (theirs instanceof Decision.Skip complete) {
            return Optional.of(new Decision.TakeOver(key.stage(), from, complete.finishedAt()));
        }
        String why = theirs instanceof Decision.RunAgain differs
                ? String.join("; ", differs.reasons())
                : "it has no such result";
        messages.accept(key.stage().text() + ": not taken from " + from + ": " + why);
        return Optional.empty();
    }

    private void takeOver(StageName stage) throws IOException {
        FormerRun from = former.orElseThrow();
        from.copyTo(run, stage);
        from.events(stage).forEach(events::log);
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
