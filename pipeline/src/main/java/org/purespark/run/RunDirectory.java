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
import java.util.Set;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.run.lease.RunLease;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * A run directory: its files and its stage table. The order of writing makes an interruption harmless: a stage's entry
 * is removed before its old files are removed, its new files are written aside, moved to their places when all are
 * there, and then the entry is added. For one thread of one process: that which has the {@link RunLease}.
 */
public final class RunDirectory {
    public static final String RUN = "run.json";
    public static final String EVENTS = "events.jsonl";
    public static final String VET = "vet.json";
    public static final String BASELINE = "baseline";
    public static final String HEAD_SCORES = "head-scores.json";
    public static final String PRUNED_HEADS = "pruned-heads.json";
    public static final String NORMALIZATION = "normalization.json";
    public static final String REPAIR = "repair.json";
    public static final String PURIFIED = "purified";
    public static final String PROBES = "probes.json";
    public static final String METRICS = "metrics.json";
    public static final String REPORT = "report.html";

    /** The same for programs. */
    public static final String REPORT_JSON = "report.json";

    /** The bill of materials of the purified model, for other tools. */
    public static final String BOM = "purified.cdx.json";

    /** Where the run was logged to. */
    public static final String MLFLOW = "mlflow.json";

    /** The card of the purified model. */
    public static final String PURIFIED_CARD = PURIFIED + "/README.md";

    /** Files of the directory itself, which no stage has as its output. */
    public static final List<String> OWN_FILES = List.of(RUN, EVENTS, RunLease.FILE, BOM, MLFLOW);

    private static final String WORK_PREFIX = "work-";
    private static final String TRAINING_CHECKPOINTS = "checkpoints";
    private static final String WORK_KEY = "made-from";
    private static final String ATTEMPT_PREFIX = "attempt-";

    private final Storage storage;
    private final String address;
    private final Clock clock;
    private final Fingerprints fingerprints;
    private final StampedDigests digests;
    private final PlacedOutputs placed;
    private final JsonFiles files;
    private final RunLease lease;
    private byte[] known;
    private RunRecord record;
    private StageName running;
    private String attempt;

    /** @param lease null if this process only reads */
    private RunDirectory(
            Storage storage, String address, Clock clock, Fingerprints prints, StampedDigests digests, RunLease lease) {
        this.storage = storage;
        this.address = address;
        this.clock = clock;
        this.fingerprints = prints;
        this.digests = digests;
        this.placed = new PlacedOutputs(storage, digests, address);
        this.files = new JsonFiles(storage);
        this.lease = lease;
    }

    /**
     * Opens a run directory for reading; writes nothing, and the directory need not exist.
     *
     * @throws InputException if a file is in its place, or its {@code run.json} is not valid or of another schema
     */
    public static RunDirectory inspect(Storage storage, String address, Clock clock) {
        Fingerprints prints = new Fingerprints(storage);
        RunDirectory run = new RunDirectory(storage, address, clock, prints, new StampedDigests(prints), null);
        run.load();
        return run;
    }

    /**
     * The same directory, for work: read again, since another process may have changed it before this one had the
     * lease. What is known about its files serves on.
     *
     * @throws InputException as {@link #inspect}
     */
    public RunDirectory open(RunLease owned) {
        RunDirectory run = new RunDirectory(storage, address, clock, fingerprints, digests, owned);
        run.load();
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
     * Where the running stage writes one of its outputs: aside, until the stage is finished.
     *
     * @param name one of the constants of this class
     * @throws IllegalStateException if no stage runs that has this output
     */
    public String output(String name) {
        if (running == null || !running.outputs().contains(name)) {
            throw new IllegalStateException("no stage runs that writes " + name);
        }
        return Storage.child(attempt, name);
    }

    /** Where the running stage writes a file that is one of its outputs, or in one. */
    String output(FileFingerprint file) {
        int slash = file.name().indexOf('/');
        return slash < 0
                ? output(file.name())
                : Storage.child(
                        output(file.name().substring(0, slash)), file.name().substring(slash + 1));
    }

    /**
     * Writes an output of the running stage, as a whole.
     *
     * @param name one of the constants of this class
     */
    public void write(String name, Record content) throws IOException {
        files.write(output(name), content);
    }

    /**
     * Reads a file of this run.
     *
     * @throws InputException when it is absent or not what it should be
     */
    public <T extends Record> T read(String name, Class<T> type, int schema) throws IOException {
        return files.read(file(name), type, schema);
    }

    /**
     * Replaces a file that no result depends on, unless it is the same already.
     *
     * @param name {@link #BOM}, {@link #MLFLOW} or {@link #PURIFIED_CARD}
     * @return whether it was written
     * @throws InputException if another process has taken this run directory over
     */
    public boolean publish(String name, String content) throws IOException {
        if (storage.exists(file(name))
                && storage.readText(file(name), FileKind.RUN_FILE).equals(content)) {
            return false;
        }
        ensureOwn();
        storage.replace(file(name), content);
        return true;
    }

    /** @throws InputException if another process has taken this run directory over */
    public void ensureOwn() throws IOException {
        lease().ensureOwn();
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
        return table().decide(key, entry.isPresent() ? placed.recorded(key.stage(), entry.get()) : Map.of());
    }

    /**
     * Digest of a stage's outputs, for the stages that use them; their content is compared with what was written. Files
     * that are copied from elsewhere are accepted too.
     *
     * @throws InputException if the stage has not run, has not finished, or its outputs have changed
     */
    public String upstream(StageName stage) throws IOException {
        Optional<StageEntry> entry = table().entry(stage);
        if (entry.isPresent()) {
            List<String> wrong = StageTable.outputReasons(entry.get(), placed.recorded(stage, entry.get()));
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
            // a purified model from elsewhere may come without the record of its making
            if (!output.equals(REPAIR) && !storage.exists(file(output))) {
                throw new InputException(
                        "there is no " + output + " in " + address + ": run the stage " + stage.text() + " first");
            }
        }
        return Fingerprints.digest(placed.now(stage));
    }

    /**
     * Starts a stage: removes its entry from the table, counts the attempt, and removes its outputs and what earlier
     * attempts have written. Removes its work directory too if this is made from other settings or inputs.
     *
     * @return which attempt it is, from 1
     * @throws InputException if another process has taken this run directory over, or if there are files with the names
     *     of the stage's outputs that no stage of this run directory has written
     */
    public int start(StageKey key, RunContext context) throws IOException {
        StageName stage = key.stage();
        refuseForeign(stage);
        publish(context.record(record).with(table().started(stage)));
        for (String output : stage.outputs()) {
            storage.delete(file(output));
        }
        if (stage != StageName.REPORT) {
            // it tells of results that are made anew
            storage.delete(file(BOM));
        }
        String made = Storage.child(workDirectory(stage), WORK_KEY);
        if (!storage.exists(made) || !storage.readText(made, FileKind.RUN_FILE).equals(key.fingerprint())) {
            storage.delete(workDirectory(stage));
            storage.replace(made, key.fingerprint());
        }
        removeAttempts(stage);
        int number = table().attempts(stage);
        running = stage;
        attempt = Storage.child(workDirectory(stage), ATTEMPT_PREFIX + number + "-" + lease().shortToken());
        return number;
    }

    private void removeAttempts(StageName stage) throws IOException {
        Set<String> old = new TreeSet<>();
        for (String name : storage.fileNamesBelow(workDirectory(stage))) {
            if (name.startsWith(ATTEMPT_PREFIX)) {
                old.add(name.replaceFirst("/.*", ""));
            }
        }
        for (String name : old) {
            storage.delete(Storage.child(workDirectory(stage), name));
        }
    }

    /**
     * Moves the outputs of a stage, which are all written, to their places, adds its entry, and removes its work
     * directory.
     *
     * @param seconds that it took
     * @throws IllegalStateException if one of its outputs is missing
     * @throws InputException if another process has taken this run directory over, or changed {@code run.json}
     */
    public void finish(StageKey key, double seconds) throws IOException {
        StageName stage = key.stage();
        for (String output : stage.outputs()) {
            if (!storage.exists(output(output))) {
                throw new IllegalStateException("the stage " + stage.text() + " has not written " + output(output));
            }
        }
        List<FileFingerprint> written = written(stage);
        for (String output : stage.outputs()) {
            lease().ensureOwn();
            storage.move(output(output), file(output));
        }
        placed.learn(stage, written);
        ensureUnchanged();
        StageEntry entry =
                StageEntry.complete(key, written, seconds, clock.instant().toString(), table().attempts(stage));
        publish(record.with(table().finished(stage, entry)));
        running = null;
        attempt = null;
        removeWork(stage);
    }

    /** Removes the work directory of a complete stage: one that was interrupted right at its end has left it. */
    public void removeWork(StageName stage) throws IOException {
        lease().ensureOwn();
        storage.delete(workDirectory(stage));
    }

    /**
     * A directory for files that help a stage to continue after an interruption, such as training checkpoints. It
     * exists from start to finish, and it stays if the stage starts again with the same settings and inputs.
     */
    public String workDirectory(StageName stage) {
        return file(workName(stage));
    }

    /** Its name in the run directory. */
    public static String workName(StageName stage) {
        return WORK_PREFIX + stage.text();
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
        lease().ensureOwn();
        ensureUnchanged();
        byte[] content = JsonFiles.indented(next).getBytes(StandardCharsets.UTF_8);
        storage.replace(file(RUN), content);
        known = content;
        record = next;
    }

    private RunLease lease() {
        if (lease == null) {
            throw new IllegalStateException(address + " is open for reading only");
        }
        return lease;
    }

    private void refuseForeign(StageName stage) throws IOException {
        if (table().attempts(stage) > 0) {
            return;
        }
        for (String output : stage.outputs()) {
            // the command vet leaves it where a run is to be
            if (!output.equals(VET) && storage.exists(file(output))) {
                throw new InputException(file(output) + " would be replaced by the stage " + stage.text()
                        + ", but was not written by a run in " + address
                        + ": move it away, or name another directory with --run");
            }
        }
    }

    /** Of the running stage's outputs, where they are written. */
    private List<FileFingerprint> written(StageName stage) throws IOException {
        List<FileFingerprint> found = new ArrayList<>();
        for (String output : stage.outputs()) {
            if (storage.isDirectory(output(output))) {
                found.addAll(fingerprints.directory(output(output), output + "/"));
            } else {
                found.add(fingerprints.file(output(output), output));
            }
        }
        return found;
    }
}
