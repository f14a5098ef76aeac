// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * A run directory: its files and its stage table. The order of writing makes an interruption harmless: a stage's entry
 * is removed before its old files are removed, and added after all its new files are written. For one thread of one
 * process. When a stage starts or finishes, it is an error if another process has changed {@code run.json}.
 */
public final class RunDirectory {
    public static final String RUN = "run.json";
    public static final String EVENTS = "events.jsonl";
    public static final String BASELINE = "baseline";
    public static final String HEAD_SCORES = "head-scores.json";
    public static final String PRUNED_HEADS = "pruned-heads.json";
    public static final String NORMALIZATION = "normalization.json";
    public static final String PURIFIED = "purified";
    public static final String PROBES = "probes.json";
    public static final String METRICS = "metrics.json";
    public static final String REPORT = "report.html";

    private static final String WORK_PREFIX = "work-";
    private static final String TRAINING_CHECKPOINTS = "checkpoints";
    private static final String WORK_KEY = "made-from";
    private static final String WRITE_TEST = "write-test";

    private final Storage storage;
    private final String address;
    private final Clock clock;
    private final Fingerprints fingerprints;
    private final JsonFiles files;
    private byte[] known;
    private RunRecord record;

    private RunDirectory(Storage storage, String address, Clock clock) {
        this.storage = storage;
        this.address = address;
        this.clock = clock;
        this.fingerprints = new Fingerprints(storage);
        this.files = new JsonFiles(storage);
    }

    /**
     * Opens a run directory for reading; writes nothing, and the directory need not exist.
     *
     * @throws InputException if a file is in its place, or its {@code run.json} is not valid or of another schema
     */
    public static RunDirectory inspect(Storage storage, String address, Clock clock) {
        RunDirectory run = new RunDirectory(storage, address, clock);
        run.load();
        return run;
    }

    /**
     * Opens a run directory for work: makes it if it is missing, and tests that it can be written.
     *
     * @throws InputException as {@link #inspect}, and if it cannot be written
     */
    public static RunDirectory open(Storage storage, String address, Clock clock) {
        RunDirectory run = inspect(storage, address, clock);
        String probe = run.file(WRITE_TEST);
        try {
            storage.makeDirectory(address);
            storage.replace(probe, "");
            storage.delete(probe);
        } catch (IOException e) {
            throw new InputException(
                    "cannot write in the run directory " + address + " (" + e.getMessage()
                            + "): name one that can be written, with --run",
                    e);
        }
        return run;
    }

    public String address() {
        return address;
    }

    /** The address of a file or directory of this run; {@code name} is one of the constants of this class. */
    public String file(String name) {
        return Storage.child(address, name);
    }

    /**
     * Writes a file of this run, as a whole.
     *
     * @param name one of the constants of this class
     */
    public void write(String name, Record content) throws IOException {
        files.write(file(name), content);
    }

    /**
     * Reads a file of this run.
     *
     * @throws InputException when it is absent or not what it should be
     */
    public <T extends Record> T read(String name, Class<T> type, int schema) throws IOException {
        return files.read(file(name), type, schema);
    }

    /** What {@code run.json} held when it was last read or written here; empty in a new directory. */
    public Optional<RunRecord> record() {
        return Optional.ofNullable(record);
    }

    public StageTable table() {
        return record == null ? StageTable.empty() : record.table();
    }

    /** Looks at the outputs of a stage and decides whether the stage must run. */
    public Decision decide(StageKey key) throws IOException {
        Optional<StageEntry> entry = table().entry(key.stage());
        return table().decide(key, entry.isPresent() ? present(entry.get()) : Map.of());
    }

    /**
     * Digest of a stage's outputs, for the stages that use them. Files that are copied from elsewhere are accepted too.
     *
     * @throws InputException if the stage has not run, has not finished, or its outputs have changed
     */
    public String upstream(StageName stage) throws IOException {
        Optional<StageEntry> entry = table().entry(stage);
        if (entry.isPresent()) {
            List<String> wrong = StageTable.outputReasons(entry.get(), present(entry.get()));
            if (!wrong.isEmpty()) {
                throw new InputException("cannot use the result of stage " + stage.text() + " in " + address + ": "
                        + String.join("; ", wrong) + ". Run the stage " + stage.text() + " again");
            }
            return entry.get().outputDigest();
        }
        if (table().attempts(stage) > 0) {
            throw new InputException("the stage " + stage.text() + " was started in " + address
                    + " and did not finish: run it again first");
        }
        for (String output : stage.outputs()) {
            if (!storage.exists(file(output))) {
                throw new InputException(
                        "there is no " + output + " in " + address + ": run the stage " + stage.text() + " first");
            }
        }
        return Fingerprints.digest(outputs(stage));
    }

    /**
     * Starts a stage: removes its entry from the table, counts the attempt, and removes its outputs. Removes its work
     * directory too if this is made from other settings or inputs.
     *
     * @return which attempt it is, from 1
     * @throws InputException if another process uses this run directory, or if there are files with the names of the
     *     stage's outputs that no stage of this run directory has written
     */
    public int start(StageKey key, RunContext context) throws IOException {
        StageName stage = key.stage();
        refuseForeign(stage);
        publish(context.record(record).with(table().started(stage)));
        for (String output : stage.outputs()) {
            storage.delete(file(output));
        }
        String made = Storage.child(workDirectory(stage), WORK_KEY);
        if (!storage.exists(made) || !storage.readText(made, FileKind.RUN_FILE).equals(key.fingerprint())) {
            storage.delete(workDirectory(stage));
            storage.replace(made, key.fingerprint());
        }
        return table().attempts(stage);
    }

    /**
     * Adds the entry of a complete stage, whose files are all written, and removes its work directory.
     *
     * @param seconds that it took
     * @throws IllegalStateException if one of its outputs is missing
     * @throws InputException if another process has changed {@code run.json}
     */
    public void finish(StageKey key, double seconds) throws IOException {
        StageName stage = key.stage();
        for (String output : stage.outputs()) {
            if (!storage.exists(file(output))) {
                throw new IllegalStateException("the stage " + stage.text() + " has not written " + file(output));
            }
        }
        ensureUnchanged();
        StageEntry entry = StageEntry.complete(
                key, outputs(stage), seconds, clock.instant().toString(), table().attempts(stage));
        publish(record.with(table().finished(stage, entry)));
        storage.delete(workDirectory(stage));
    }

    /**
     * A directory for files that help a stage to continue after an interruption, such as training checkpoints. It
     * exists from start to finish, and it stays if the stage starts again with the same settings and inputs.
     */
    public String workDirectory(StageName stage) {
        return file(WORK_PREFIX + stage.text());
    }

    /** Where a training stage keeps its checkpoints until it is finished. */
    public String trainingCheckpoints(StageName stage) {
        return Storage.child(workDirectory(stage), TRAINING_CHECKPOINTS);
    }

    /**
     * Checks that {@code run.json} is as it was last read or written here.
     *
     * @throws InputException if another process has changed it
     */
    public void ensureUnchanged() throws IOException {
        if (!Arrays.equals(known, readRun())) {
            throw new InputException(file(RUN) + " has been changed by another process since this one read it: let only"
                    + " one process at a time work on a run directory, or name another with --run");
        }
    }

    private void load() {
        try {
            if (storage.exists(address) && !storage.isDirectory(address)) {
                throw new InputException(
                        "the run directory " + address + " is a file: name a directory, or a new one, with --run");
            }
            known = readRun();
        } catch (IOException e) {
            throw new InputException(
                    "cannot read the run directory " + address + " (" + e.getMessage() + "): name another with --run",
                    e);
        }
        if (known != null) {
            record = JsonFiles.parse(
                    file(RUN), new String(known, StandardCharsets.UTF_8), RunRecord.class, RunRecord.SCHEMA);
        }
    }

    private byte[] readRun() throws IOException {
        try {
            return storage.read(file(RUN), FileKind.RUN_FILE);
        } catch (FileNotFoundException e) {
            return null;
        }
    }

    private void publish(RunRecord next) throws IOException {
        ensureUnchanged();
        byte[] content = JsonFiles.indented(next).getBytes(StandardCharsets.UTF_8);
        storage.replace(file(RUN), content);
        known = content;
        record = next;
    }

    private void refuseForeign(StageName stage) throws IOException {
        if (table().attempts(stage) > 0) {
            return;
        }
        for (String output : stage.outputs()) {
            if (storage.exists(file(output))) {
                throw new InputException(file(output) + " would be replaced by the stage " + stage.text()
                        + ", but was not written by a run in " + address
                        + ": move it away, or name another directory with --run");
            }
        }
    }

    private List<FileFingerprint> outputs(StageName stage) throws IOException {
        List<FileFingerprint> files = new ArrayList<>();
        for (String output : stage.outputs()) {
            if (storage.isDirectory(file(output))) {
                files.addAll(fingerprints.directory(file(output), output + "/"));
            } else {
                files.add(fingerprints.file(file(output), output));
            }
        }
        return files;
    }

    private Map<String, Long> present(StageEntry entry) throws IOException {
        SortedMap<String, Long> sizes = new TreeMap<>();
        for (FileFingerprint output : entry.outputs()) {
            try {
                sizes.put(output.name(), storage.size(file(output.name())));
            } catch (FileNotFoundException e) {
                // a missing output is not an error here: the stage table decides
                continue;
            }
        }
        return sizes;
    }
}
