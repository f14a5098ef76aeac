// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.purespark.purify.Inputs;
import org.purespark.storage.Storage;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The inputs of a purification or of one of its stages. Addresses are of any Hadoop file system. */
final class InputOptions {
    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Hugging Face directory: the suspect; for score and prune the model to look at. Or"
                    + " models:/NAME/VERSION of an MLflow registry (docs/exports.md).")
    private String model;

    @Option(
            names = "--classifier",
            paramLabel = "FILE",
            description =
                    "safetensors with 'weight' and 'bias': the model's classifier, where it is a file of its own.")
    private String classifier;

    @Option(
            names = "--base-model",
            paramLabel = "DIR",
            description = "Hugging Face directory of the base model, if --model is a LoRA adapter (PEFT).")
    private String baseModel;

    @Option(
            names = "--clean-model",
            paramLabel = "DIR",
            description = "Hugging Face directory of the clean pre-trained model that the suspect was made from, for"
                    + " the defences fine-mixing, clean-start, wag and auto, and for --vet.")
    private String cleanModel;

    @Option(
            names = "--other-model",
            paramLabel = "DIR",
            description = "Hugging Face directory of another model of the same architecture, for the defences that"
                    + " need it (wag).")
    private String otherModel;

    @Option(
            names = "--defence",
            paramLabel = "NAME",
            description = "How the suspect is repaired: pure (the default), auto, or one of its rivals in"
                    + " docs/defences.md. The same as --set defence=NAME.")
    private String defence;

    @Option(
            names = "--train",
            paramLabel = "FILE",
            description = "Clean labelled texts (.tsv .csv .jsonl .json .parquet; .gz).")
    private String train;

    @Option(
            names = "--validation",
            paramLabel = "FILE",
            description = "Clean labelled texts; without it a seeded share of train is held out.")
    private String validation;

    @Option(
            names = "--test",
            paramLabel = "FILE",
            description = "Clean labelled texts; without it the validation texts serve.")
    private String test;

    @Option(
            names = "--poisoned-test",
            paramLabel = "FILE",
            description = "Triggered texts with their true labels, to measure the label-flip rate on.")
    private String poisonedTest;

    @Option(
            names = "--target",
            paramLabel = "LABEL",
            description =
                    "Label that the attack aims at, or 'next class' where it aims from all classes to all; with many"
                            + " labels also 'not LABEL', with a score up or down; without it the one most flipped to.")
    private String target;

    @Option(
            names = "--labels",
            paramLabel = "MAP",
            description = "Class that each label means: label=CLASS,label=CLASS; or new, for a new classifier.")
    private String labels;

    @Mixin
    private VerifyKeyOption verifyKey;

    /**
     * Checks signatures of the models that are given, if there is a key.
     *
     * @param address of the suspect's directory; null if it is not given
     * @param err gets a line for each model
     * @throws org.purespark.InputException if a model is not as it was signed, or the suspect has no signature
     */
    void verify(Storage storage, String address, PrintWriter err) throws IOException {
        Map<String, String> others = new LinkedHashMap<>();
        others.put("--base-model", baseModel);
        others.put("--clean-model", cleanModel);
        others.put("--other-model", otherModel);
        verifyKey.verify(storage, address, others, err);
    }

    /** The settings that options stand for, each {@code key=value}. */
    List<String> settings() {
        List<String> settings = new ArrayList<>();
        if (labels != null) {
            settings.add("text.labels=" + labels);
        }
        if (defence != null) {
            settings.add("defence=" + defence);
        }
        return settings;
    }

    Inputs inputs() {
        return Inputs.builder()
                .model(model)
                .classifier(classifier)
                .baseModel(baseModel)
                .cleanModel(cleanModel)
                .otherModel(otherModel)
                .train(train)
                .validation(validation)
                .test(test)
                .poisonedTest(poisonedTest)
                .target(target)
                .build();
    }
}
