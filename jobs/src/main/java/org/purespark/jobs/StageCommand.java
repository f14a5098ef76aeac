// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.ResolvedSettings;
import org.purespark.config.Settings;
import org.purespark.policy.Policy;
import org.purespark.purify.Inputs;
import org.purespark.purify.Purification;
import org.purespark.purify.RunPlaces;
import org.purespark.run.InputFingerprint;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.lease.LeaseTimes;
import org.purespark.run.lease.LeasedDirectory;
import org.purespark.run.lease.RunLease;
import org.purespark.storage.Storage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code purify}, all stages, and each stage alone. */
@Command
final class StageCommand implements Callable<Integer> {
    private static final Set<StageName> TRAINING = EnumSet.of(StageName.BASELINE, StageName.NORMALIZE);

    /** Null for all stages. */
    private final StageName stage;

    @Mixin
    private InputOptions inputs;

    @Mixin
    private SettingsOptions settings;

    @Option(names = "--run", paramLabel = "DIR", required = true, description = "The run directory.")
    private String run;

    /** Of the commands that end with all figures. */
    private final PolicyOption policyOption = new PolicyOption();

    /** Of the command that has all stages. */
    private final VetStageOptions vetOptions = new VetStageOptions();

    @Spec
    private CommandSpec spec;

    StageCommand(StageName stage) {
        this.stage = stage;
    }

    /** What the command takes besides inputs and settings; empty for stages without a result to judge. */
    Optional<PolicyOption> policyOption() {
        return stage == null || stage == StageName.REPORT ? Optional.of(policyOption) : Optional.empty();
    }

    /** Options of the examination; empty for single stages. */
    Optional<VetStageOptions> vetOptions() {
        return stage == null ? Optional.of(vetOptions) : Optional.empty();
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<String> more = new ArrayList<>(inputs.settings());
        more.addAll(vetOptions.settings(SparkWork.storageWithoutSpark()));
        ResolvedSettings resolved = settings.resolve(SparkWork.storageWithoutSpark(), more);
        Optional<Policy> policy = policyOption.read(SparkWork.storageWithoutSpark());
        Storage storage = SparkWork.storageWithoutSpark();
        if (settings.dryRun()) {
            DryRun.print(resolved, inputs.inputs(), storage, out);
            return 0;
        }
        Inputs given = RegistryModels.beside(run, "-model", storage, this::say)
                .fetched(inputs.inputs(), resolved.settings().export());
        RunPlaces places = stage == null ? RunPlaces.ofAllStages(run) : RunPlaces.of(stage, run);
        places.requireApart(storage, resolved.settings(), given);
        inputs.verify(storage, given.model().orElse(null), spec.commandLine().getErr());
        RunLease.refuseIfInUse(storage, LeasedDirectory.ofRun(run), LeaseTimes.OF_COMMANDS, Clock.systemUTC());
        if (stage == null || TRAINING.contains(stage)) {
            TrainingMemory.require(storage, model(storage, given), resolved.settings());
        }
        try (SparkWork work = new SparkWork(spec.name(), spec.commandLine().getErr())) {
            Settings values = resolved.settings();
            Purification purification = new Purification(work.surroundings(values.compute()), values);
            if (stage == null) {
                purification.purify(given, run);
            } else {
                purification.runStage(stage, given, run);
            }
            RunResult.print(work.storage(), run, out);
            return policy.isEmpty()
                    ? 0
                    : policyOption.judge(
                            policy.get(),
                            work.storage(),
                            run,
                            spec.commandLine().getErr());
        }
    }

    private void say(String line) {
        spec.commandLine().getErr().println("pure: " + line);
        spec.commandLine().getErr().flush();
    }

    /** The model to train: of the options, else of the run directory; null if neither has it. */
    private ModelAddress model(Storage storage, Inputs options) {
        Inputs given = options;
        if (given.model().isEmpty() && stage != null) {
            Inputs.Builder remembered = Inputs.builder();
            RunDirectory.inspect(storage, run, Clock.systemUTC()).record().ifPresent(record -> {
                for (String name : List.of(Inputs.MODEL, Inputs.BASE_MODEL)) {
                    InputFingerprint input = record.inputs().get(name);
                    remembered.address(name, input == null ? null : input.address());
                }
            });
            given = given.orElse(remembered.build());
        }
        return given.model().isPresent() ? given.modelAddress() : null;
    }
}
