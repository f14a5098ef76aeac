// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.ResolvedSettings;
import org.purespark.predict.Prediction;
import org.purespark.purify.Inputs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "predict",
        description = "Classifies texts: JSON lines with text, label, logits and prediction, in input order.")
final class PredictCommand implements Callable<Integer> {
    @Option(names = "--model", paramLabel = "DIR", required = true, description = "Hugging Face directory.")
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
            names = "--data",
            paramLabel = "FILE",
            required = true,
            description = "Texts, labelled or not (.tsv .csv .jsonl .json .parquet; .gz).")
    private String data;

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The JSON lines file to write.")
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
                    Inputs.builder()
                            .model(model)
                            .classifier(classifier)
                            .baseModel(baseModel)
                            .build(),
                    SparkWork.storageWithoutSpark(),
                    spec.commandLine().getOut());
            return 0;
        }
        ModelAddress address = new ModelAddress(model, classifier, baseModel);
        Prediction.requireWritable(SparkWork.storageWithoutSpark(), address, data, out);
        try (SparkWork work = new SparkWork("predict", spec.commandLine().getErr())) {
            new Prediction(
                            work.storage(),
                            work.evaluator(resolved.settings().compute()),
                            resolved.settings(),
                            work::say)
                    .run(address, data, out);
        }
        spec.commandLine().getOut().println(out);
        return 0;
    }
}
