// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.purespark.InputException;
import org.purespark.purify.Inputs;
import org.purespark.run.lease.LeaseTimes;
import org.purespark.run.lease.LeasedDirectory;
import org.purespark.run.lease.RunLease;
import org.purespark.storage.OutputPlaces;
import org.purespark.storage.Storage;
import org.purespark.sweep.ManifestReader;
import org.purespark.sweep.PlannedRun;
import org.purespark.sweep.SequentialSweep;
import org.purespark.sweep.Suspect;
import org.purespark.sweep.SuspectResult;
import org.purespark.sweep.SuspectRun;
import org.purespark.sweep.SuspectRuns;
import org.purespark.sweep.SweepMode;
import org.purespark.sweep.SweepPlan;
import org.purespark.sweep.SweepResults;
import org.purespark.sweep.SweepRunner;
import org.purespark.sweep.SweepSummary;
import org.purespark.sweep.SweepSurvey;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "sweep",
        description = "Purifies the suspects of a manifest in one application, each in a run directory of its own, and"
                + " compares them. Run again, it continues; new and changed rows are done, finished ones are not.")
final class SweepCommand implements Callable<Integer> {
    private static final int ROWS_ON_SCREEN = 50;

    /** The values of {@code --mode}: a mode, or {@code auto}. */
    enum AskedMode {
        AUTO,
        SLOTS,
        CLUSTER
    }

    /** Reads the option's value. */
    static final class AskedModes implements ITypeConverter<AskedMode> {
        @Override
        public AskedMode convert(String text) {
            return switch (text) {
                case "auto" -> AskedMode.AUTO;
                case "slots" -> AskedMode.SLOTS;
                case "cluster" -> AskedMode.CLUSTER;
                default -> throw new TypeConversionException("expected auto, slots or cluster, found '" + text + "'");
            };
        }
    }

    @Option(
            names = "--manifest",
            paramLabel = "FILE",
            required = true,
            description = "The suspects (.yaml .csv .jsonl .parquet): name, model, classifier, base-model, clean-model,"
                    + " other-model, train, validation, test, poisoned-test, target, seeds, set. Relative"
                    + " addresses are resolved against the manifest's directory.")
    private String manifest;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Run directories and results.")
    private String out;

    @Mixin
    private SweepDataOptions data;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = "auto",
            converter = AskedModes.class,
            description = "slots: one suspect in each task slot; cluster: one after the other, each on all of the"
                    + " cluster; auto: slots where there are at least as many runs to do as slots, and more than one.")
    private AskedMode mode;

    @Option(
            names = "--max-concurrent",
            paramLabel = "N",
            description = "Suspects at a time in mode slots, at most (default: as many as there are slots).")
    private Integer maxConcurrent;

    @Option(
            names = "--max-attempts",
            paramLabel = "N",
            defaultValue = "2",
            description = "How often a run is tried that fails, unless its input is wrong (default: ${DEFAULT-VALUE}).")
    private int maxAttempts;

    @Mixin
    private VetStageOptions vet;

    @Mixin
    private SettingsOptions settings;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        atLeastOne("--max-attempts", maxAttempts);
        atLeastOne("--max-concurrent", maxConcurrent == null ? 1 : maxConcurrent);
        Storage files = SparkWork.storageWithoutSpark();
        List<Suspect> suspects = new ManifestReader(files).read(manifest);
        List<String> flags = new ArrayList<>(settings.flags());
        flags.addAll(vet.settings(files));
        List<SuspectRun> runs = new ArrayList<>();
        RegistryModels registry = RegistryModels.beside(out, "-models", files, this::say);
        for (SuspectRun run : new SuspectRuns(files, settings.file(), flags, data.inputs(), out).of(suspects)) {
            runs.add(run.with(registry.fetched(run.inputs(), run.settings().export())));
        }
        if (files.exists(out) && !files.isDirectory(out)) {
            throw new InputException("--out " + out + " is a file: name a directory, or a new one");
        }
        requireApart(files, runs);
        if (settings.dryRun()) {
            return run(runs, suspects, null);
        }
        try (RunLease lease = RunLease.acquire(
                files, LeasedDirectory.ofSweep(out), LeaseTimes.OF_COMMANDS, Clock.systemUTC(), this::say)) {
            return run(runs, suspects, lease);
        }
    }

    /** @param lease of the sweep's directory; null if nothing is to be done */
    private int run(List<SuspectRun> runs, List<Suspect> suspects, RunLease lease) throws IOException {
        try (SparkWork work = new SparkWork("sweep", spec.commandLine().getErr())) {
            int slots = work.slots();
            SweepPlan plan = SweepPlan.of(new SweepSurvey(work.storage()).of(runs), slots, asked());
            SweepMemory memory = SweepMemory.of(work.storage(), plan, places(suspects), work.process(), atOnce());
            if (lease == null) {
                print(plan, memory, spec.commandLine().getOut());
                return 0;
            }
            memory.require();
            say(work, plan);
            return sweep(work, runs, plan, lease);
        }
    }

    /** The sweep's own files must not change an input; each run looks at its own directory itself. */
    private void requireApart(Storage files, List<SuspectRun> runs) throws IOException {
        OutputPlaces places = OutputPlaces.inDirectory(
                "--out",
                out,
                List.of(RunLease.FILE, SweepResults.JSON_LINES, SweepResults.PARQUET, SweepResults.SUMMARY));
        places.requireApart(files, Map.of("--manifest", manifest));
        Map<String, String> inputs = new TreeMap<>();
        for (SuspectRun run : runs) {
            run.inputs().given().forEach((name, address) -> inputs.putIfAbsent(address, name));
            if (run.settings().purify().vetCalibration() != null) {
                inputs.putIfAbsent(run.settings().purify().vetCalibration(), Inputs.VET_CALIBRATION);
            }
        }
        for (var input : inputs.entrySet()) {
            places.requireApart(files, Map.of(input.getValue(), input.getKey()));
        }
    }

    private int sweep(SparkWork work, List<SuspectRun> runs, SweepPlan plan, RunLease lease) throws IOException {
        SweepResults results = new SweepResults(work.storage(), out, runs, Clock.systemUTC());
        plan.done().forEach(results::add);
        long start = System.nanoTime();
        double[] busySeconds = new double[1];
        if (!plan.toDo().isEmpty()) {
            // Tests before hours of work that results can be written.
            results.write();
            runner(work, plan.mode()).run(plan.toDo(), maxAttempts, result -> {
                busySeconds[0] += result.seconds();
                take(work, results, result, lease);
            });
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (plan.mode() == SweepMode.SLOTS && !plan.toDo().isEmpty()) {
            work.say(String.format(
                    Locale.ROOT,
                    "sweep: %d runs in %.1f s, %.2f a second, %.2f at a time on average",
                    plan.toDo().size(),
                    seconds,
                    plan.toDo().size() / seconds,
                    busySeconds[0] / seconds));
        }
        lease.ensureOwn();
        results.write();
        SweepSummary summary = SweepSummary.of(results.all());
        work.storage().replace(Storage.child(out, SweepResults.SUMMARY), summary.markdown());
        PrintWriter screen = spec.commandLine().getOut();
        screen.println(summary.console(ROWS_ON_SCREEN));
        screen.println("results  " + Storage.child(out, SweepResults.JSON_LINES));
        screen.flush();
        return results.all().stream().allMatch(SuspectResult::done) ? 0 : Failures.FAILED;
    }

    private SweepRunner runner(SparkWork work, SweepMode chosen) {
        return switch (chosen) {
            case SLOTS -> work.slotSweep(atOnce());
            case CLUSTER -> new SequentialSweep(work::surroundings);
        };
    }

    private static void take(SparkWork work, SweepResults results, SuspectResult result, RunLease lease) {
        results.add(result);
        if (!result.done()) {
            work.say("sweep: " + result.name() + ", seed " + result.seed() + " failed: " + result.error());
        }
        try {
            if (results.isDue()) {
                lease.ensureOwn();
                results.write();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the sweep's results", e);
        }
    }

    private Optional<SweepMode> asked() {
        return switch (mode) {
            case AUTO -> Optional.empty();
            case SLOTS -> Optional.of(SweepMode.SLOTS);
            case CLUSTER -> Optional.of(SweepMode.CLUSTER);
        };
    }

    /** The largest number of runs at a time. */
    private int atOnce() {
        return maxConcurrent == null ? Integer.MAX_VALUE : maxConcurrent;
    }

    private static Map<String, String> places(List<Suspect> suspects) {
        return suspects.stream().collect(Collectors.toMap(Suspect::name, Suspect::place));
    }

    private static String counts(SweepPlan plan) {
        return "runs to do: " + plan.toDo().size() + " (" + plan.count(PlannedRun.Reason.NEW) + " new, "
                + plan.count(PlannedRun.Reason.CHANGED) + " changed, "
                + plan.count(PlannedRun.Reason.FAILED_BEFORE) + " that failed before); done already: "
                + plan.done().size();
    }

    private void say(String line) {
        spec.commandLine().getErr().println("pure: " + line);
        spec.commandLine().getErr().flush();
    }

    private static void say(SparkWork work, SweepPlan plan) {
        work.say("sweep: " + counts(plan));
        work.say("sweep: mode " + plan.mode().text() + ", " + plan.why());
        plan.toDo().stream()
                .filter(run -> run.reason() == PlannedRun.Reason.CHANGED)
                .forEach(run -> work.say("sweep: " + words(run)));
    }

    private static String words(PlannedRun run) {
        return run.run().label()
                + switch (run.reason()) {
                    case NEW -> ": new";
                    case FAILED_BEFORE -> ": again, it failed before";
                    case CHANGED -> ": again, because " + String.join("; ", run.changes());
                };
    }

    private static void print(SweepPlan plan, SweepMemory memory, PrintWriter screen) {
        screen.println(counts(plan));
        screen.println("mode " + plan.mode().text() + ", " + plan.why());
        screen.println("memory: " + memory.describe());
        for (PlannedRun run : plan.toDo()) {
            screen.println(words(run));
        }
        screen.flush();
    }

    private void atLeastOne(String option, int value) {
        if (value < 1) {
            throw new ParameterException(spec.commandLine(), option + " is " + value + ", expected at least 1");
        }
    }
}
