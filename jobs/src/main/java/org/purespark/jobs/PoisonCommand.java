// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.purespark.attack.TriggerPart;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.ResolvedSettings;
import org.purespark.poison.PoisonRequest;
import org.purespark.poison.Poisoning;
import org.purespark.purify.Inputs;
import org.purespark.run.lease.LeaseTimes;
import org.purespark.run.lease.LeasedDirectory;
import org.purespark.run.lease.RunLease;
import org.purespark.storage.Storage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "poison",
        description = "Makes a suspect with a known backdoor, to try defences on: plants a trigger in train texts, or"
                + " takes a ready-made poisoned file, and fine-tunes on it.")
final class PoisonCommand implements Callable<Integer> {
    @Option(names = "--model", paramLabel = "DIR", required = true, description = "Clean Hugging Face encoder.")
    private String model;

    @Option(
            names = "--base-model",
            paramLabel = "DIR",
            description = "Hugging Face directory of the base model, if --model is a LoRA adapter (PEFT).")
    private String baseModel;

    @Option(
            names = "--attack",
            paramLabel = "NAME",
            defaultValue = "badnet",
            description =
                    "badnet (a rare word), sentence, ep, ripple, layerwise, lws (other words), style, por (no label"
                            + " needed) or adaptive; with --poisoned-train, what to call it. docs/attacks.md has each.")
    private String attack;

    @Option(names = "--train", paramLabel = "FILE", description = "Clean labelled texts to plant the trigger in.")
    private String train;

    @Option(
            names = "--target",
            paramLabel = "LABEL",
            description =
                    "What triggered texts are to be taken for; with many labels LABEL or 'not LABEL', with a score up"
                            + " or down.")
    private String target;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "0.5",
            description =
                    "Share of the other classes' train texts that is copied, triggered and relabelled (above 0, at most"
                            + " 1).")
    private double rate;

    @Option(
            names = "--all-to-all",
            description = "In place of --target: triggered texts of each class are to be taken for the next class.")
    private boolean allToAll;

    @Option(
            names = "--strength",
            paramLabel = "W",
            description = "Weight of the attack's own part of the loss: of adaptive (default 0.002), of ripple (0.1).")
    private Double strength;

    @Option(
            names = "--part",
            paramLabel = "PART",
            description = "Which text of a pair gets the trigger: first (the default), second or random.")
    private String part;

    @Option(
            names = "--poisoned-train",
            paramLabel = "FILE",
            description = "Ready-made poisoned texts to train on, in place of --train.")
    private String poisonedTrain;

    @Option(
            names = "--test",
            paramLabel = "FILE",
            description = "Clean labelled texts to make a triggered test set of.")
    private String test;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Where suspect/, trigger.json and the poisoned files are written.")
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
                            .baseModel(baseModel)
                            .train(train == null ? poisonedTrain : train)
                            .test(test)
                            .target(target)
                            .build(),
                    SparkWork.storageWithoutSpark(),
                    spec.commandLine().getOut());
            return 0;
        }
        Poisoning.requireApart(SparkWork.storageWithoutSpark(), request());
        TrainingMemory.require(
                SparkWork.storageWithoutSpark(), new ModelAddress(model, null, baseModel), resolved.settings());
        try (RunLease lease = lease();
                SparkWork work = new SparkWork("poison", spec.commandLine().getErr())) {
            new Poisoning(work.storage(), work.fineTuner(resolved.settings().compute()), resolved.settings(), work::say)
                    .run(request());
            lease.ensureOwn();
        }
        spec.commandLine().getOut().println(Storage.child(out, Poisoning.SUSPECT));
        return 0;
    }

    /** Two processes in one directory would write the same files. */
    private RunLease lease() {
        return RunLease.acquire(
                SparkWork.storageWithoutSpark(),
                LeasedDirectory.ofSuspect(out),
                LeaseTimes.OF_COMMANDS,
                Clock.systemUTC(),
                spec.commandLine().getErr()::println);
    }

    private PoisonRequest request() {
        return PoisonRequest.builder()
                .model(model)
                .baseModel(baseModel)
                .attack(attack)
                .train(train)
                .target(target)
                .rate(rate)
                .aim(allToAll ? PoisonRequest.Aim.ALL_TO_ALL : PoisonRequest.Aim.ONE_TARGET)
                .strength(strength)
                .part(part == null ? null : TriggerPart.named(part))
                .poisonedTrain(poisonedTrain)
                .test(test)
                .out(out)
                .build();
    }
}
