package org.purespark.purify;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.config.Settings;
import org.purespark.run.RunContext;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.StageRunner;
import org.purespark.run.event.EventLog;
import org.purespark.storage.Storage;

/**
 * Purifies one suspect: runs the stages in a run directory, skipping what is there already and was made from the same
 * inputs and settings. All inputs are read and checked before anything is written.
 */
public final class Purification {
    private static final Set<StageName> TRAINING = EnumSet.of(StageName.BASELINE, StageName.NORMALIZE);

    private final Surroundings surroundings;
    private final Settings settings;

    public Purification(Surroundings surroundings, Settings settings) {
        this.surroundings = surroundings;
        this.settings = settings;
    }

    /** All stages: {@code inputs.model()} is the suspect. */
    public void purify(Inputs inputs, String runAddress) throws IOException {
        require(inputs.model(), "--model", "the suspect's directory");
        require(inputs.train(), "--train", "a file of clean labelled texts");
        RunDirectory.inspect(surroundings.storage(), runAddress, surroundings.clock());
        checkReadable(inputs);
        try (Workshop shop = new Workshop(surroundings, settings, inputs, inputs.model(), runAddress)) {
            for (StageName stage : StageName.values()) {
                run(shop, stage(stage, shop, Subject.BASELINE));
            }
        }
    }

    /** One stage. What is not given is taken from the run directory, which remembers the addresses of its inputs. */
    public void runStage(StageName name, Inputs given, String runAddress) throws IOException {
        RunDirectory before = RunDirectory.inspect(surroundings.storage(), runAddress, surroundings.clock());
        if (name == StageName.REPORT) {
            report(RunDirectory.open(surroundings.storage(), runAddress, surroundings.clock()));
            return;
        }
        Inputs inputs = given.orElse(remembered(before));
        Subject subject = Subject.BASELINE;
        String model = inputs.model();
        if (name == StageName.SCORE || name == StageName.PRUNE) {
            if (given.model() != null) {
                subject = Subject.GIVEN;
            } else {
                before.upstream(StageName.BASELINE);
                model = before.file(RunDirectory.BASELINE);
            }
            requireValidation(inputs);
        }
        require(model, "--model", "a model's directory");
        if (TRAINING.contains(name)) {
            require(inputs.train(), "--train", "a file of clean labelled texts");
        }
        if (name == StageName.EVALUATE && inputs.test() == null) {
            requireValidation(inputs);
        }
        checkReadable(inputs);
        try (Workshop shop = new Workshop(surroundings, settings, inputs, model, runAddress)) {
            run(shop, stage(name, shop, subject));
        }
    }

    private void run(Workshop shop, Stage stage) throws IOException {
        StageRunner runner =
                new StageRunner(shop.run(), shop.context(), shop.events(), surroundings.clock(), surroundings.said());
        runner.run(runner.key(stage.needs()), stage::run);
    }

    private void report(RunDirectory run) throws IOException {
        RunContext context = new RunContext(surroundings.versions(), settings, new TreeMap<>());
        EventLog events = new EventLog(surroundings.storage(), run.file(RunDirectory.EVENTS), surroundings.clock());
        StageRunner runner = new StageRunner(run, context, events, surroundings.clock(), surroundings.said());
        Stage stage = new ReportStage(surroundings, run);
        runner.run(runner.key(stage.needs()), stage::run);
    }

    private Stage stage(StageName name, Workshop shop, Subject subject) {
        return switch (name) {
            case BASELINE -> new BaselineStage(shop);
            case SCORE -> new ScoreStage(shop, subject);
            case PRUNE -> new PruneStage(shop, subject);
            case NORMALIZE -> new NormalizeStage(shop);
            case EVALUATE -> new EvaluateStage(shop);
            case REPORT -> new ReportStage(surroundings, shop.run());
        };
    }

    private static SortedMap<String, String> remembered(RunDirectory run) {
        SortedMap<String, String> addresses = new TreeMap<>();
        run.record()
                .ifPresent(record -> record.inputs().forEach((name, input) -> addresses.put(name, input.address())));
        return addresses;
    }

    private void checkReadable(Inputs inputs) throws IOException {
        Storage storage = surroundings.storage();
        for (var input : inputs.given().entrySet()) {
            if (!storage.exists(input.getValue())) {
                throw new InputException("--" + input.getKey() + ": there is no " + input.getValue());
            }
        }
    }

    private static void requireValidation(Inputs inputs) {
        if (inputs.validation() == null && inputs.train() == null) {
            throw new InputException("--validation is missing: name a file of clean labelled texts");
        }
    }

    private static void require(String value, String option, String what) {
        if (value == null) {
            throw new InputException(option + " is missing: name " + what);
        }
    }
}
