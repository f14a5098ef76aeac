// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.purespark.config.ResolvedSettings;
import org.purespark.locate.Localization;
import org.purespark.locate.LocateFile;
import org.purespark.locate.LocateTable;
import org.purespark.purify.Inputs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "locate",
        description = "Says where a backdoor sits: changes one part of a suspect after the other, and measures what is"
                + " left of the attack and of the accuracy.")
final class LocateCommand implements Callable<Integer> {
    @Option(
            names = "--model",
            paramLabel = "DIR",
            required = true,
            description = "Hugging Face directory: the suspect, with its classifier.")
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
            description = "Hugging Face directory of a clean model of the same shape, such as the pre-trained encoder:"
                    + " parts of the suspect get its tensors too.")
    private String cleanModel;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            required = true,
            description = "Clean labelled texts (.tsv .csv .jsonl .json .parquet; .gz).")
    private String data;

    @Option(
            names = "--poisoned-test",
            paramLabel = "FILE",
            required = true,
            description = "Triggered texts with their true labels.")
    private String poisonedTest;

    @Option(
            names = "--target",
            paramLabel = "LABEL",
            required = true,
            description =
                    "Label that the attack aims at, or 'next class' where it aims from all classes to all; with many"
                            + " labels also 'not LABEL', with a score up or down.")
    private String target;

    @Option(names = "--heads", description = "Change each attention head by itself, too.")
    private boolean heads;

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The JSON file to write.")
    private String out;

    @Mixin
    private SettingsOptions settings;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        ResolvedSettings resolved = settings.resolve(SparkWork.storageWithoutSpark());
        if (settings.dryRun()) {
            DryRun.print(
                    resolved,
                    inputs(),
                    SparkWork.storageWithoutSpark(),
                    spec.commandLine().getOut());
            return 0;
        }
        Localization.requireWritable(SparkWork.storageWithoutSpark(), inputs(), out);
        try (SparkWork work = new SparkWork("locate", spec.commandLine().getErr())) {
            LocateFile file = new Localization(
                            work.surroundings(resolved.settings().compute()), resolved.settings())
                    .run(inputs(), heads ? Localization.Detail.HEADS : Localization.Detail.LAYERS, out);
            spec.commandLine().getOut().print(LocateTable.of(file));
            spec.commandLine().getOut().flush();
            work.say("written to " + out);
        }
        return 0;
    }

    private Inputs inputs() {
        return Inputs.builder()
                .model(model)
                .classifier(classifier)
                .baseModel(baseModel)
                .cleanModel(cleanModel)
                .test(data)
                .poisonedTest(poisonedTest)
                .target(target)
                .build();
    }
}
