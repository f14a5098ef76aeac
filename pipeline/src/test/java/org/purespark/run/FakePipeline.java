// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.purespark.config.Settings;
import org.purespark.config.SettingsLoader;
import org.purespark.run.event.EventLog;
import org.purespark.run.lease.LeaseTimes;
import org.purespark.run.lease.LeasedDirectory;
import org.purespark.run.lease.RunLease;
import org.purespark.storage.Storage;

/** All stages over a real run directory; what a stage writes is a function of its key alone, as with the real ones. */
final class FakePipeline {
    static final Storage STORAGE = PlainLocalFiles.storage();

    final Path directory;
    final Path inputs;
    final TickingClock clock = new TickingClock();
    final List<String> messages = new ArrayList<>();
    private RunLease lease;

    FakePipeline(Path root) throws IOException {
        directory = root.resolve("run");
        inputs = Files.createDirectories(root.resolve("inputs"));
        Files.writeString(inputs.resolve("train.tsv"), "text\tlabel\ngood\t1\n");
        Files.writeString(inputs.resolve("test.tsv"), "text\tlabel\nbad\t0\n");
    }

    /** Opens the directory as the next process does: the lease of the last one is given back. */
    RunDirectory open() {
        RunDirectory before = RunDirectory.inspect(STORAGE, directory.toString(), clock);
        if (lease != null) {
            lease.close();
        }
        lease = lease();
        return before.open(lease);
    }

    private RunLease lease() {
        return RunLease.acquire(
                STORAGE,
                LeasedDirectory.ofRun(directory.toString()),
                LeaseTimes.OF_COMMANDS,
                Clock.systemUTC(),
                messages::add);
    }

    /** Ends the process that has the directory. */
    void close() {
        if (lease != null) {
            lease.close();
        }
    }

    RunContext context(String... flags) throws IOException {
        Settings settings =
                new SettingsLoader(STORAGE).load(null, List.of(flags)).settings();
        Fingerprints fingerprints = new Fingerprints(STORAGE);
        TreeMap<String, InputFingerprint> found = new TreeMap<>();
        found.put(
                "train", fingerprints.input("train", inputs.resolve("train.tsv").toString()));
        found.put("test", fingerprints.input("test", inputs.resolve("test.tsv").toString()));
        return new RunContext(new Versions("0.1.0", "4.1.3", "17.0.15", "1.0.0-M2.1"), settings, found);
    }

    /** Runs all stages in a process of its own, so to say; gives those that were not skipped. */
    List<StageName> purify(String... flags) throws IOException {
        return purify(null, flags);
    }

    /** As {@link #purify(String...)}, but the process dies when stage {@code dying} has written its files. */
    List<StageName> purify(StageName dying, String... flags) throws IOException {
        RunDirectory run = open();
        RunContext context = context(flags);
        List<StageName> ran = new ArrayList<>();
        try (EventLog events = new EventLog(STORAGE, run.file(RunDirectory.EVENTS), clock)) {
            StageRunner runner = new StageRunner(run, context, events, clock, messages::add);
            for (StageName stage : StageName.values()) {
                Decision decision = runner.run(new FakeStage(stage, run, runner, stage == dying));
                if (decision.runs()) {
                    ran.add(stage);
                }
            }
        } finally {
            close();
        }
        return ran;
    }

    /** Takes 2.5 s, and may die with its files written. */
    private final class FakeStage implements Stage {
        private final StageName name;
        private final RunDirectory run;
        private final StageRunner runner;
        private final boolean dies;

        FakeStage(StageName name, RunDirectory run, StageRunner runner, boolean dies) {
            this.name = name;
            this.run = run;
            this.runner = runner;
            this.dies = dies;
        }

        @Override
        public StageNeeds needs() {
            return FakePipeline.needs(name);
        }

        @Override
        public void run() throws IOException {
            clock.move(2500);
            write(run, runner.key(needs()));
            if (dies) {
                throw new Killed();
            }
        }
    }

    static StageNeeds needs(StageName stage) {
        return switch (stage) {
            case BASELINE, NORMALIZE -> StageNeeds.of(stage).withInputs("train");
            case EVALUATE -> StageNeeds.of(stage).withInputs("test").withOption("--target", "1");
            default -> StageNeeds.of(stage);
        };
    }

    static void write(RunDirectory run, StageKey key) throws IOException {
        for (String output : key.stage().outputs()) {
            String text = "made from " + key.fingerprint();
            if (output.contains(".")) {
                STORAGE.replace(run.output(output), text);
            } else {
                STORAGE.replace(run.output(output) + "/config.json", "{}");
                STORAGE.replace(run.output(output) + "/model.safetensors", text);
            }
        }
    }

    /** Stands for the end of a process. */
    static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
