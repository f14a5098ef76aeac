// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.purespark.config.ResolvedSettings;
import org.purespark.report.ConsoleTable;
import org.purespark.report.ConsoleTable.Align;
import org.purespark.report.ConsoleTable.Column;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.storage.OutputPlaces;
import org.purespark.storage.Storage;
import org.purespark.vet.FleetVetting;
import org.purespark.vet.Vetting;
import org.purespark.vet.calibration.Calibration;
import org.purespark.vet.calibration.FleetLine;
import org.purespark.vet.calibration.LeftOut;
import org.purespark.vet.calibration.Threshold;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "calibrate",
        description = "Examines models of known truth as vet does, and writes the thresholds that tell them apart, for"
                + " vet --calibration.")
final class CalibrateCommand implements Callable<Integer> {
    @Option(
            names = "--fleet",
            paramLabel = "FILE",
            required = true,
            description = "JSON lines {\"model\":DIR,\"backdoored\":true,\"attack\":NAME}, for a clean model without"
                    + " attack; \"test\" names texts of a line's own.")
    private String fleet;

    @Option(
            names = "--test",
            paramLabel = "FILE",
            required = true,
            description = "Clean labelled texts, for lines that name none.")
    private String test;

    @Option(
            names = "--clean-model",
            paramLabel = "DIR",
            description = "Hugging Face directory of the clean encoder that all models were made from: words whose"
                    + " embedding has moved from it are tried as triggers.")
    private String cleanModel;

    @Option(
            names = "--run",
            paramLabel = "DIR",
            required = true,
            description = "Directory that keeps the report of each model; those that are there are used again.")
    private String run;

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The calibration to write.")
    private String out;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "own",
            description = "Name of the calibration; own if it is left out.")
    private String name;

    @Option(
            names = "--calibration-version",
            paramLabel = "VERSION",
            defaultValue = "1",
            description = "Version of the calibration; 1 if it is left out.")
    private String version;

    @Mixin
    private SettingsOptions settings;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Storage before = SparkWork.storageWithoutSpark();
        ResolvedSettings resolved = settings.resolve(before);
        List<FleetLine> lines = FleetLine.read(before, fleet);
        requireApart(before, lines);
        PrintWriter console = spec.commandLine().getOut();
        if (settings.dryRun()) {
            lines.forEach(line -> console.println(
                    line.model() + ": " + (line.backdoored() ? "backdoored by " + line.attack() : "clean")));
            return 0;
        }
        Calibration calibration;
        try (SparkWork work = new SparkWork("calibrate", spec.commandLine().getErr())) {
            Vetting vetting = new Vetting(
                    work.storage(),
                    work.evaluator(resolved.settings().compute()),
                    resolved.settings(),
                    BuildVersion.ofThisBuild(null).project(),
                    work::say);
            calibration = new FleetVetting(work.storage(), resolved.settings(), vetting, run, cleanModel, work::say)
                    .of(name, version, lines, test);
            work.storage().replace(out, JsonFiles.indented(calibration));
        }
        console.print(text(calibration));
        console.flush();
        return 0;
    }

    private void requireApart(Storage storage, List<FleetLine> lines) throws IOException {
        Map<String, String> inputs = new LinkedHashMap<>();
        inputs.put("--fleet", fleet);
        inputs.put("--test", test);
        inputs.put("--clean-model", cleanModel);
        for (FleetLine line : lines) {
            inputs.put("model " + line.model() + " of --fleet", line.model());
        }
        OutputPlaces.ofFile("--out", out).requireApart(storage, inputs);
        OutputPlaces.ofFile("--run", run).requireApart(storage, inputs);
    }

    private static String text(Calibration calibration) {
        List<List<String>> thresholds = new ArrayList<>();
        for (Threshold threshold : calibration.thresholds()) {
            thresholds.add(List.of(
                    threshold.signal(),
                    number(threshold.largestClean()),
                    number(threshold.value()),
                    threshold.detected() + " of " + threshold.backdoored()));
        }
        List<List<String>> attacks = new ArrayList<>();
        for (LeftOut.OfAttack attack : calibration.leftOut().attacks()) {
            attacks.add(List.of(attack.attack(), attack.detected() + " of " + attack.models()));
        }
        attacks.add(List.of(
                "clean, flagged",
                calibration.leftOut().flagged() + " of " + calibration.leftOut().clean()));
        return ConsoleTable.of(
                        List.of(
                                new Column("signal", Align.LEFT),
                                new Column("largest of clean models", Align.RIGHT),
                                new Column("threshold", Align.RIGHT),
                                new Column("fires on backdoored", Align.RIGHT)),
                        thresholds)
                + '\n'
                + ConsoleTable.of(
                        List.of(new Column("left out of the fit", Align.LEFT), new Column("detected", Align.RIGHT)),
                        attacks);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
