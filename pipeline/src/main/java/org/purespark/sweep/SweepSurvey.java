// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.purespark.InputException;
import org.purespark.purify.Inputs;
import org.purespark.run.Fingerprints;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.storage.FileKind;
import org.purespark.storage.FileStamp;
import org.purespark.storage.Lookups;
import org.purespark.storage.Storage;

/** Looks at the inputs and the last outcome of every run: one listing for each address, one small file for each run. */
public final class SweepSurvey {
    private static final String ABSENT = "absent";

    private final Storage storage;
    private final Map<String, Stamped> stamps = new ConcurrentHashMap<>();

    /** The files at an address: a digest of their stamps, and their bytes. */
    private record Stamped(String digest, long bytes) {}

    public SweepSurvey(Storage storage) {
        this.storage = storage;
    }

    /** Looks at all runs; the results are in the same order. */
    public List<SurveyedRun> of(List<SuspectRun> runs) throws IOException {
        return Lookups.each("what the sweep is to work on", runs, this::survey);
    }

    private SurveyedRun survey(SuspectRun given) throws IOException {
        SuspectRun run = given.with(withBase(given.inputs()));
        SortedMap<String, String> digests = new TreeMap<>();
        Map<String, Long> bytes = new TreeMap<>();
        run.inputs().given().forEach((name, address) -> {
            Stamped stamped = stamps.computeIfAbsent(address, this::stamp);
            digests.put(name, stamped.digest());
            bytes.put(name, stamped.bytes());
        });
        String calibration = run.settings().purify().vetCalibration();
        if (calibration != null) {
            digests.put(
                    Inputs.VET_CALIBRATION,
                    stamps.computeIfAbsent(calibration, this::stamp).digest());
        }
        RunKey key = RunKey.of(run.settings(), run.inputs().target(), digests);
        double cost = cost(bytes, run.settings().train().epochs());
        String address = Storage.child(run.directory(), SuspectRun.OUTCOME);
        try {
            SuspectOutcome before = JsonFiles.parse(
                    address, storage.readText(address, FileKind.RUN_FILE), SuspectOutcome.class, SuspectOutcome.SCHEMA);
            return new SurveyedRun(run, key, cost, Optional.of(before), null);
        } catch (FileNotFoundException e) {
            return new SurveyedRun(run, key, cost, Optional.empty(), null);
        } catch (InputException e) {
            return new SurveyedRun(run, key, cost, Optional.empty(), e.getMessage());
        }
    }

    /** The base model of an adapter counts too. If it is not found, the run reports this when it fails. */
    private Inputs withBase(Inputs inputs) {
        try {
            return inputs.withBase(storage);
        } catch (IOException | IllegalArgumentException | InputException e) {
            return inputs;
        }
    }

    /** If the files cannot be listed, the run reports this when it fails. */
    private Stamped stamp(String address) {
        List<FileStamp> found;
        try {
            found = storage.stamps(address);
        } catch (IOException | IllegalArgumentException | InputException e) {
            return new Stamped(ABSENT, 0);
        }
        if (found.isEmpty()) {
            return new Stamped(ABSENT, 0);
        }
        StringBuilder text = new StringBuilder();
        long bytes = 0;
        for (FileStamp file : found) {
            text.append(file.size() + " " + file.modifiedMillis() + " " + file.name() + '\n');
            bytes += file.size();
        }
        return new Stamped(Fingerprints.digest(text.toString()), bytes);
    }

    /**
     * Two fine-tunings, with forward and backward passes over train; three models and the prune search over the others.
     */
    private static double cost(Map<String, Long> bytes, int epochs) {
        double others = bytes.getOrDefault(Inputs.VALIDATION, 0L)
                + (double) bytes.getOrDefault(Inputs.TEST, 0L)
                + bytes.getOrDefault(Inputs.POISONED_TEST, 0L);
        double trained = 2.0 * 3 * epochs * bytes.getOrDefault(Inputs.TRAIN, 0L);
        double model = bytes.getOrDefault(Inputs.MODEL, 0L) + bytes.getOrDefault(Inputs.BASE_MODEL, 0L);
        return model * (trained + 3 * others);
    }
}
