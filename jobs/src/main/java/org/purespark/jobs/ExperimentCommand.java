// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.purespark.InputException;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.ComputeSettings;
import org.purespark.config.SettingsLoader;
import org.purespark.experiment.Cell;
import org.purespark.experiment.Experiment;
import org.purespark.experiment.ExperimentFile;
import org.purespark.experiment.ExperimentRun;
import org.purespark.experiment.ResultRow;
import org.purespark.experiment.ResultRows;
import org.purespark.experiment.ResultTable;
import org.purespark.experiment.RowKeys;
import org.purespark.run.lease.LeaseTimes;
import org.purespark.run.lease.LeasedDirectory;
import org.purespark.run.lease.RunLease;
import org.purespark.storage.Storage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "experiment",
        description = "Plays attacks against defences, over models and seeds, and writes tables of what is left of each"
                + " attack. It goes on from the rows that are there.")
final class ExperimentCommand implements Callable<Integer> {
    private static final int SOME_FAILED = 1;
    private static final long MINUTES_OF_AN_HOUR = 60;

    @Parameters(paramLabel = "FILE", description = "The experiment, in HOCON; its keys are in docs/experiments.md.")
    private String file;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Where rows.jsonl, tables and suspects are written.")
    private String out;

    @Option(
            names = "--rows",
            paramLabel = "FILE",
            description = "Rows that are known from elsewhere (a rows.jsonl): these repairs are not made again.")
    private List<String> known = new ArrayList<>();

    @Option(
            names = "--hours",
            paramLabel = "H",
            description = "No repair is begun after this time; the next call goes on.")
    private Double hours;

    @Option(names = "--dry-run", description = "Print what would be made; do nothing.")
    private boolean dryRun;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Storage files = SparkWork.storageWithoutSpark();
        if (hours != null && !(hours > 0)) {
            throw new InputException("--hours " + hours + ": expected a number above 0");
        }
        Experiment experiment = ExperimentFile.read(files, file);
        List<Cell> cells = Cell.of(experiment, new SettingsLoader(files));
        RowKeys keys = new RowKeys(files, experiment);
        if (dryRun) {
            print(cells, keys, rows(files));
            printMemory(files, experiment, cells);
            return 0;
        }
        for (Experiment.Model model : experiment.models()) {
            TrainingMemory.require(files, ModelAddress.of(model.address()), Cell.settings(cells));
        }
        ComputeSettings compute = Cell.compute(cells);
        ResultRows rows = rows(files);
        ExperimentRun.Outcome outcome;
        try (RunLease lease = RunLease.acquire(
                        files,
                        LeasedDirectory.ofExperiment(out),
                        LeaseTimes.OF_COMMANDS,
                        Clock.systemUTC(),
                        spec.commandLine().getErr()::println);
                SparkWork work = new SparkWork("experiment", spec.commandLine().getErr())) {
            outcome = new ExperimentRun(work.surroundings(compute), experiment, keys, out, rows).play(cells, time());
            lease.ensureOwn();
        }
        tables(files, experiment, rows.of(experiment, cells, keys));
        PrintWriter print = spec.commandLine().getOut();
        print.println(outcome.made() + " repairs made, " + outcome.known() + " known before, " + outcome.failed()
                + " failed, " + outcome.left() + " left");
        print.println(Storage.child(out, experiment.name() + ".md"));
        print.flush();
        return outcome.failed() > 0 ? SOME_FAILED : 0;
    }

    private Optional<Duration> time() {
        return Optional.ofNullable(hours)
                .map(given -> Duration.ofSeconds(Math.round(given * MINUTES_OF_AN_HOUR * MINUTES_OF_AN_HOUR)));
    }

    private ResultRows rows(Storage files) throws IOException {
        ResultRows rows = new ResultRows(files, Storage.child(out, ExperimentRun.ROWS));
        for (String other : known) {
            rows.read(other);
        }
        return rows;
    }

    private void tables(Storage files, Experiment experiment, List<ResultRow> rows) throws IOException {
        ResultTable table = ResultTable.of(rows, experiment.reference());
        files.replace(Storage.child(out, experiment.name() + ".md"), table.markdown());
        files.replace(Storage.child(out, experiment.name() + ".csv"), table.csv());
        files.replace(Storage.child(out, experiment.name() + ".tex"), table.latex());
    }

    private void print(List<Cell> cells, RowKeys keys, ResultRows rows) throws IOException {
        long suspects =
                cells.stream().map(cell -> cell.suspect().name()).distinct().count();
        long repairs = 0;
        long knownRepairs = 0;
        List<String> lines = new ArrayList<>();
        for (Cell cell : cells) {
            List<String> names = new ArrayList<>();
            for (Cell.PlannedRepair repair : cell.repairs()) {
                // Without rows no model needs to be read for its key.
                boolean done =
                        !rows.all().isEmpty() && rows.done(cell, repair, keys).isPresent();
                names.add(done ? repair.defence() + " (known)" : repair.defence());
                repairs++;
                knownRepairs += done ? 1 : 0;
            }
            lines.add(cell.name() + ": " + String.join(", ", names));
        }
        PrintWriter print = spec.commandLine().getOut();
        print.println(suspects + " suspects, " + repairs + " repairs, " + knownRepairs + " of them known");
        lines.forEach(print::println);
        print.flush();
    }

    private void printMemory(Storage files, Experiment experiment, List<Cell> cells) throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        for (Experiment.Model model : experiment.models()) {
            TrainingMemory.describe(files, ModelAddress.of(model.address()), Cell.settings(cells))
                    .forEach(line -> print.println("training of " + model.name() + ": " + line));
        }
        print.flush();
    }
}
