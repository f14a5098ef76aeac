// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.purespark.InputException;
import org.purespark.run.event.Event;
import org.purespark.run.event.EventLog;
import org.purespark.run.event.TimedEvent;
import org.purespark.storage.ReadDigests;
import org.purespark.storage.Storage;

/**
 * A run directory whose results another run takes where it would make the same: from the same settings and inputs, by
 * their digests. Nothing in it changes.
 */
public final class FormerRun {
    private final Storage storage;
    private final RunDirectory run;

    private FormerRun(Storage storage, RunDirectory run) {
        this.storage = storage;
        this.run = run;
    }

    /**
     * Opens the directory for reading.
     *
     * @throws InputException if no run has worked in it, or its {@code run.json} is not valid or of another schema
     */
    public static FormerRun open(Storage storage, String address, Clock clock) {
        RunDirectory run = RunDirectory.inspect(storage, address, clock);
        if (run.record().isEmpty()) {
            throw new InputException("--reuse " + address + ": there is no " + RunDirectory.RUN
                    + " in it: name the run directory of a former run");
        }
        return new FormerRun(storage, run);
    }

    /**
     * @param own the run directory that takes results
     * @throws InputException if this is the same directory
     */
    public void requireApartFrom(String own) throws IOException {
        if (storage.canonical(own).equals(storage.canonical(run.address()))) {
            throw new InputException("--reuse " + run.address() + " is the run directory itself, whose results are used"
                    + " without it: leave it out, or name another run");
        }
    }

    public String address() {
        return run.address();
    }

    /** Whether the stage's result can be taken ({@link Decision.Skip}), else why not. */
    Decision decide(StageKey key) throws IOException {
        return run.decide(key);
    }

    /**
     * Copies the stage's outputs to where the running stage of {@code taker} writes them.
     *
     * @throws InputException if a file has changed, or is gone, since {@link #decide}
     */
    void copyTo(RunDirectory taker, StageName stage) throws IOException {
        StageEntry entry = run.table().entry(stage).orElseThrow();
        for (FileFingerprint file : entry.outputs()) {
            boolean there = storage.exists(run.file(file.name()));
            if (there) {
                copy(file, taker.output(file));
            } else if (!file.name().equals(RunDirectory.PURIFIED_CARD)) {
                throw changed(run.file(file.name()));
            }
        }
    }

    private void copy(FileFingerprint file, String to) throws IOException {
        String from = run.file(file.name());
        ReadDigests digests = new ReadDigests(storage);
        try (InputStream in = digests.storage().open(from)) {
            storage.write(to, in::transferTo);
        }
        boolean same = digests.take(from).sha256().equals(file.sha256());
        if (!same && !file.name().equals(RunDirectory.PURIFIED_CARD)) {
            throw changed(from);
        }
    }

    private InputException changed(String file) {
        return new InputException(file + " has changed while results were copied: let no other process work in "
                + run.address() + " meanwhile, or leave out --reuse");
    }

    /** How long the stage took when it was made. */
    double seconds(StageName stage) {
        return run.table().entry(stage).orElseThrow().seconds();
    }

    /** What its log tells of the making of the stage's result, in order. */
    List<Event> events(StageName stage) throws IOException {
        List<Event> events = new ArrayList<>();
        for (TimedEvent timed : EventLog.read(storage, run.file(RunDirectory.EVENTS))) {
            Event event = timed.event();
            if (event instanceof Event.StageStarted started && started.stage() == stage) {
                events.removeIf(Event.Warning.class::isInstance); // they are said again
            } else if (event.stage() == stage && tellsOfWork(event)) {
                events.add(event);
            }
        }
        return events;
    }

    private static boolean tellsOfWork(Event event) {
        return event instanceof Event.StepLoss
                || event instanceof Event.EpochFinished
                || event instanceof Event.ExchangeMeasured
                || event instanceof Event.Warning;
    }
}
