// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.ResolvedSettings;
import org.purespark.policy.Policy;
import org.purespark.purify.Inputs;
import org.purespark.sarif.SarifLog;
import org.purespark.storage.OutputPlaces;
import org.purespark.storage.Storage;
import org.purespark.vet.VetReport;
import org.purespark.vet.VetTarget;
import org.purespark.vet.VetText;
import org.purespark.vet.VetVerdict;
import org.purespark.vet.Vetting;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "vet",
        description = "Tells whether a text classifier is backdoored, without a known trigger. Ends with 0 if it is"
                + " clean, 3 on findings, 4 if nothing can be said, 1 if the run failed, 2 on wrong input.")
final class VetCommand implements Callable<Integer> {
    static final int FINDINGS = 3;
    static final int INCONCLUSIVE = 4;

    /** The verdict from which on the command ends with 3. */
    private enum FailOn {
        SUSPICIOUS,
        BACKDOORED,
        NEVER;

        int status(VetVerdict verdict) {
            boolean fails =
                    switch (this) {
                        case SUSPICIOUS -> verdict == VetVerdict.SUSPICIOUS || verdict == VetVerdict.BACKDOORED;
                        case BACKDOORED -> verdict == VetVerdict.BACKDOORED;
                        case NEVER -> false;
                    };
            if (fails) {
                return FINDINGS;
            }
            return this != NEVER && verdict == VetVerdict.INCONCLUSIVE ? INCONCLUSIVE : 0;
        }
    }

    @Option(
            names = "--model",
            paramLabel = "DIR",
            required = true,
            description = "The suspect: a Hugging Face directory, or models:/NAME/VERSION of an MLflow registry.")
    private String model;

    @Option(
            names = "--classifier",
            paramLabel = "FILE",
            description = "safetensors with 'weight' and 'bias', where the classifier is a file of its own.")
    private String classifier;

    @Option(
            names = "--base-model",
            paramLabel = "DIR",
            description = "Hugging Face directory of the base model, if --model is a LoRA adapter (PEFT).")
    private String baseModel;

    @Option(
            names = "--clean-model",
            paramLabel = "DIR",
            description = "Hugging Face directory of the clean pre-trained model that the suspect was made from: words"
                    + " whose embedding has moved from it are tried as triggers.")
    private String cleanModel;

    @Option(
            names = "--test",
            paramLabel = "FILE",
            required = true,
            description = "Clean labelled texts (.tsv .csv .jsonl .json .parquet; .gz).")
    private String test;

    @Option(
            names = "--labels",
            paramLabel = "MAP",
            description = "Class that each label means: label=CLASS,label=CLASS.")
    private String labels;

    @Option(
            names = "--calibration",
            paramLabel = "FILE",
            description = "What models of known truth show, from bin/pure calibrate. Without it nothing has a"
                    + " threshold, and the verdict is inconclusive.")
    private String calibration;

    @Option(names = "--run", paramLabel = "DIR", description = "Directory in which vet.json is written.")
    private String run;

    @Option(
            names = "--fail-on",
            paramLabel = "LEVEL",
            defaultValue = "suspicious",
            description = "Verdict from which on the exit status is 3: suspicious (the default), backdoored, or never"
                    + " (then it is 0 for each verdict).")
    private FailOn failOn;

    @Option(
            names = "--sarif",
            paramLabel = "FILE",
            description = "Write the findings in SARIF 2.1.0 too, for code scanners (docs/exports.md).")
    private String sarif;

    @Mixin
    private PolicyOption policy;

    @Mixin
    private VerifyKeyOption verifyKey;

    @Mixin
    private SettingsOptions settings;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Storage before = SparkWork.storageWithoutSpark();
        ResolvedSettings resolved =
                settings.resolve(before, labels == null ? List.of() : List.of("text.labels=" + labels));
        Optional<Policy> demands = policy.read(before);
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        if (settings.dryRun()) {
            DryRun.print(
                    resolved,
                    Inputs.builder()
                            .model(model)
                            .classifier(classifier)
                            .baseModel(baseModel)
                            .cleanModel(cleanModel)
                            .test(test)
                            .build(),
                    before,
                    out);
            return 0;
        }
        String files = RegistryModels.beside(run, "-model", before, line -> {
                    err.println("pure: " + line);
                    err.flush();
                })
                .address(model, resolved.settings().export());
        requireApart(before, files);
        Map<String, String> others = new LinkedHashMap<>();
        others.put("--base-model", baseModel);
        others.put("--clean-model", cleanModel);
        verifyKey.verify(before, files, others, err);
        Vetting.Known known = calibration == null ? null : Vetting.Known.read(before, calibration);
        VetReport report;
        try (SparkWork work = new SparkWork("vet", err)) {
            report = new Vetting(
                            work.storage(),
                            work.evaluator(resolved.settings().compute()),
                            resolved.settings(),
                            BuildVersion.ofThisBuild(null).project(),
                            work::say)
                    .run(new VetTarget(new ModelAddress(files, classifier, baseModel), cleanModel, test), known);
            if (run != null) {
                work.storage().makeDirectory(run);
                report.write(work.storage(), run);
            }
            if (sarif != null) {
                work.storage().replace(sarif, SarifLog.of(report));
            }
        }
        out.print(VetText.of(report));
        out.flush();
        int status = demands.isEmpty() ? 0 : policy.judge(demands.get(), Optional.empty(), Optional.of(report), err);
        return status == 0 ? failOn.status(report.verdict()) : status;
    }

    private void requireApart(Storage storage, String files) throws IOException {
        Map<String, String> inputs = new LinkedHashMap<>();
        inputs.put("--model", files);
        inputs.put("--classifier", classifier);
        inputs.put("--base-model", baseModel);
        inputs.put("--clean-model", cleanModel);
        inputs.put("--test", test);
        inputs.put("--calibration", calibration);
        if (sarif != null) {
            OutputPlaces.ofFile("--sarif", sarif).requireApart(storage, inputs);
        }
        if (run != null) {
            OutputPlaces.inDirectory("--run", run, List.of(VetReport.FILE)).requireApart(storage, inputs);
        }
    }
}
