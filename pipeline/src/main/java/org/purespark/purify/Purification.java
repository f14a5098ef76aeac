// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.purespark.InputException;
import org.purespark.config.DefenceChoice;
import org.purespark.config.Settings;
import org.purespark.config.VetChoice;
import org.purespark.defence.Defence;
import org.purespark.defence.DefenceNeed;
import org.purespark.defence.Defences;
import org.purespark.defence.Portfolio;
import org.purespark.lineage.Lineage;
import org.purespark.publish.Publication;
import org.purespark.run.FormerRun;
import org.purespark.run.RunContext;
import org.purespark.run.RunDirectory;
import org.purespark.run.Stage;
import org.purespark.run.StageName;
import org.purespark.run.StageRunner;
import org.purespark.run.event.EventLog;
import org.purespark.run.lease.DirectoryInUseException;
import org.purespark.run.lease.LeaseTimes;
import org.purespark.run.lease.LeasedDirectory;
import org.purespark.run.lease.RunLease;
import org.purespark.train.FineTuner;

/**
 * Purifies one suspect: runs the stages in a run directory. Stages that are complete, and made from the same inputs and
 * settings, are skipped. All inputs are read and checked before anything is written.
 */
public final class Purification {
    private static final Set<StageName> TRAINING = EnumSet.of(StageName.BASELINE, StageName.NORMALIZE);
    /** They measure the baseline, or the model that they are given. */
    private static final Set<StageName> MEASURING = EnumSet.of(StageName.SCORE, StageName.PRUNE);

    private static final String TRAIN_TEXTS = "a file of clean labelled texts";

    private final Surroundings surroundings;
    private final Settings settings;
    private final LeaseTimes leases;
    private final Optional<FormerRun> former;

    public Purification(Surroundings surroundings, Settings settings) {
        this(surroundings, settings, LeaseTimes.OF_COMMANDS);
    }

    /** @param leases how the lease of a run directory is renewed and waited for */
    public Purification(Surroundings surroundings, Settings settings, LeaseTimes leases) {
        this(surroundings, settings, leases, Optional.empty());
    }

    private Purification(Surroundings surroundings, Settings settings, LeaseTimes leases, Optional<FormerRun> former) {
        this.former = former;
        this.surroundings = surroundings;
        this.settings = settings;
        this.leases = leases;
    }

    /** The same, which takes the results of another run where it would make the same. */
    public Purification reusing(FormerRun other) {
        return new Purification(surroundings, settings, leases, Optional.of(other));
    }

    /**
     * All stages: {@code given.model()} is the suspect.
     *
     * @throws DirectoryInUseException if another process works in the run directory
     */
    public void purify(Inputs given, String runAddress) throws IOException {
        String model = require(given.model(), "--model", "the suspect's directory");
        require(given.train(), "--train", TRAIN_TEXTS);
        RunDirectory before = inspect(runAddress);
        Publication publication = publication();
        Optional<Lineage> lineage = Lineage.of(
                surroundings.storage(),
                settings.export().openlineageUrl(),
                System.getenv(),
                surroundings.versions().project(),
                surroundings.clock(),
                surroundings.messages());
        Inputs inputs = given.withBase(surroundings.storage());
        RunPlaces.ofAllStages(runAddress).requireApart(surroundings.storage(), settings, inputs);
        requireExisting(inputs);
        boolean choosesHeads = defences(inputs).stream().anyMatch(Defence::usesHeadSearch);
        try (RunLease lease = lease(runAddress);
                CheckedInputs checked = CheckedInputs.read(surroundings, settings, inputs, model)) {
            SuspectVet.require(checked, settings, surroundings);
            RunDirectory run = before.open(lease);
            RunLineage told = new RunLineage(lineage, checked, run);
            told.start();
            try {
                purify(checked, run, choosesHeads);
                publication.publish(run, RunVerdict.of(run).words());
            } catch (IOException | RuntimeException | Error failure) {
                told.fail(failure);
                throw failure;
            }
            told.complete();
        }
    }

    private void purify(CheckedInputs checked, RunDirectory run, boolean choosesHeads) throws IOException {
        EventLog events = events(run);
        StageRunner runner = runner(run, context(checked), events);
        for (StageName stage : stages()) {
            if (MEASURING.contains(stage) && !choosesHeads) {
                surroundings
                        .messages()
                        .accept(stage.text() + ": not a part of defence="
                                + settings.defence().spelling());
            } else {
                runner.run(stage(stage, checked, Subject.baseline(run), run, events));
            }
        }
    }

    /** Without the examination where it is not asked for. */
    private Set<StageName> stages() {
        return settings.purify().vet() == VetChoice.NONE
                ? EnumSet.complementOf(EnumSet.of(StageName.VET))
                : EnumSet.allOf(StageName.class);
    }

    /**
     * One stage. Missing inputs are taken from the run directory, which has the addresses of its inputs.
     *
     * @throws DirectoryInUseException if another process works in the run directory
     */
    public void runStage(StageName name, Inputs given, String runAddress) throws IOException {
        RunDirectory before = inspect(runAddress);
        requireResults(name, given, before);
        if (name == StageName.REPORT) {
            report(before);
            return;
        }
        Inputs inputs = given.orElse(remembered(before)).withBase(surroundings.storage());
        boolean looksAtBaseline = MEASURING.contains(name) && given.model().isEmpty();
        String model = looksAtBaseline
                ? before.file(RunDirectory.BASELINE)
                : require(inputs.model(), "--model", "a model's directory");
        if (TRAINING.contains(name)) {
            require(inputs.train(), "--train", TRAIN_TEXTS);
        }
        requireCleanTexts(name, inputs);
        RunPlaces.of(name, runAddress).requireApart(surroundings.storage(), settings, inputs);
        requireExisting(inputs);
        try (RunLease lease = lease(runAddress);
                CheckedInputs checked = CheckedInputs.read(surroundings, settings, inputs, model)) {
            RunDirectory run = before.open(lease);
            EventLog events = events(run);
            Subject subject = looksAtBaseline ? Subject.baseline(run) : new Subject.Named(checked);
            runner(run, context(checked), events).run(stage(name, checked, subject, run, events));
        }
    }

    /**
     * Measures the purified model of a run as {@code defence=auto} measures what it tries. The run does not change.
     *
     * @param given the inputs of the run
     * @return its quality, and how each clue moves it
     * @throws InputException if an input is wrong, or the run has no purified model
     */
    public Portfolio.Tried tried(Inputs given, String runAddress) throws IOException {
        Inputs inputs = given.withBase(surroundings.storage());
        String model = require(given.model(), "--model", "the suspect's directory");
        try (CheckedInputs checked = CheckedInputs.read(surroundings, settings, inputs, model)) {
            ModelPasses passes = new ModelPasses(
                    surroundings.evaluator(),
                    checked.texts(),
                    settings.evaluate().batchTexts());
            return RepairTrials.Measures.of(
                            checked,
                            List.of(),
                            Subject.baseline(inspect(runAddress)).source(),
                            passes,
                            settings)
                    .of(
                            settings.defence(),
                            Subject.purified(inspect(runAddress)).source());
        }
    }

    /** Refuses a stage whose run directory lacks what it takes, before anything is said of its other inputs. */
    private void requireResults(StageName name, Inputs given, RunDirectory run) throws IOException {
        boolean another = MEASURING.contains(name) && given.model().isPresent();
        List<StageName> taken = name.upstream().stream()
                .filter(stage -> !another || stage != StageName.BASELINE)
                .toList();
        if (!taken.isEmpty() && !surroundings.storage().isDirectory(run.address())) {
            throw new InputException("--run " + run.address() + ": there is no such directory; the stage " + name.text()
                    + " takes the results of "
                    + taken.stream().map(StageName::text).collect(Collectors.joining(", "))
                    + ": name the run directory that has them, or run what is missing first");
        }
        for (StageName stage : taken) {
            run.upstream(stage);
        }
    }

    private void report(RunDirectory before) throws IOException {
        Publication publication = publication();
        try (RunLease lease = lease(before.address())) {
            RunDirectory run = before.open(lease);
            RunContext context = run.record()
                    .map(record -> RunContext.showing(record, surroundings.versions(), settings))
                    .orElseGet(() -> new RunContext(surroundings.versions(), settings, new TreeMap<>()));
            runner(run, context, events(run)).run(new ReportStage(surroundings.storage(), run));
            publication.publish(run, RunVerdict.of(run).words());
        }
    }

    /** What is written for other tools; reads the signing key. */
    private Publication publication() throws IOException {
        return Publication.of(
                surroundings.storage(),
                settings.export(),
                surroundings.versions().project(),
                surroundings.messages());
    }

    private RunDirectory inspect(String address) throws IOException {
        if (former.isPresent()) {
            former.get().requireApartFrom(address);
        }
        return RunDirectory.inspect(surroundings.storage(), address, surroundings.clock());
    }

    private RunLease lease(String address) {
        return RunLease.acquire(
                surroundings.storage(),
                LeasedDirectory.ofRun(address),
                leases,
                surroundings.clock(),
                surroundings.messages());
    }

    private EventLog events(RunDirectory run) {
        return new EventLog(surroundings.storage(), run.file(RunDirectory.EVENTS), surroundings.clock());
    }

    private RunContext context(CheckedInputs inputs) {
        return new RunContext(surroundings.versions(), settings, inputs.fingerprints());
    }

    private StageRunner runner(RunDirectory run, RunContext context, EventLog events) {
        StageRunner alone = new StageRunner(run, context, events, surroundings.clock(), surroundings.messages());
        return former.map(alone::reusing).orElse(alone);
    }

    /** @param subject the model of scoring and of the prune search */
    private Stage stage(StageName name, CheckedInputs inputs, Subject subject, RunDirectory run, EventLog events) {
        RunLog log = new RunLog(events, surroundings.messages());
        FineTuner fineTuner = surroundings.fineTuner();
        ModelPasses passes = new ModelPasses(
                surroundings.evaluator(), inputs.texts(), settings.evaluate().batchTexts());
        return switch (name) {
            case VET -> new VetStage(inputs.given(), settings, surroundings, run);
            case BASELINE -> new BaselineStage(inputs, settings, fineTuner, run, log);
            case SCORE -> new ScoreStage(inputs.given(), subject, settings, passes, surroundings.storage(), run);
            case PRUNE -> new PruneStage(inputs.given(), subject, settings, passes, run, log);
            case NORMALIZE -> new NormalizeStage(
                    inputs, settings, defences(inputs.given()), passes, surroundings.storage(), fineTuner, run, log);
            case EVALUATE -> new EvaluateStage(inputs, settings, passes, surroundings.storage(), run, log);
            case REPORT -> new ReportStage(surroundings.storage(), run);
        };
    }

    /**
     * The defence of the settings, or all that are tried.
     *
     * @throws InputException if it needs an input that is not given
     */
    private List<Defence> defences(Inputs inputs) {
        Set<DefenceNeed> given = EnumSet.noneOf(DefenceNeed.class);
        for (DefenceNeed need : DefenceNeed.values()) {
            if (inputs.address(need.input()).isPresent()) {
                given.add(need);
            }
        }
        if (settings.defence() == DefenceChoice.AUTO) {
            return Portfolio.candidates(given);
        }
        Defence defence = Defences.of(settings.defence());
        for (DefenceNeed need : defence.needs()) {
            if (!given.contains(need)) {
                throw new InputException("defence=" + settings.defence().spelling() + " needs " + need.inWords()
                        + ": give " + need.option() + " DIR");
            }
        }
        return List.of(defence);
    }

    private static Inputs remembered(RunDirectory run) {
        Inputs.Builder inputs = Inputs.builder();
        run.record().ifPresent(record -> record.inputs().forEach((name, input) -> {
            if (Inputs.NAMES.contains(name)) {
                inputs.address(name, input.address());
            }
        }));
        return inputs.build();
    }

    private void requireExisting(Inputs inputs) throws IOException {
        for (var input : inputs.given().entrySet()) {
            if (!surroundings.storage().exists(input.getValue())) {
                throw new InputException("--" + input.getKey() + ": there is no " + input.getValue());
            }
        }
    }

    /** Refuses a stage that measures without clean texts. */
    private static void requireCleanTexts(StageName name, Inputs inputs) {
        boolean validates = name == StageName.SCORE
                || name == StageName.PRUNE
                || (name == StageName.EVALUATE && inputs.test().isEmpty());
        if (validates && inputs.validation().isEmpty() && inputs.train().isEmpty()) {
            throw new InputException("--validation is missing: name a file of clean labelled texts");
        }
    }

    private static String require(Optional<String> address, String option, String what) {
        return address.orElseThrow(() -> new InputException(option + " is missing: name " + what));
    }
}
