// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.config.BuiltInProbes;
import org.purespark.config.DefenceChoice;
import org.purespark.config.ProbeSettings;
import org.purespark.config.ResolvedSettings;
import org.purespark.config.SettingKeys;
import org.purespark.config.Settings;
import org.purespark.config.SettingsLoader;
import org.purespark.defence.DefenceNeed;
import org.purespark.defence.Defences;
import org.purespark.evaluate.RememberingEvaluator;
import org.purespark.poison.PoisonRequest;
import org.purespark.poison.Poisoning;
import org.purespark.purify.Inputs;
import org.purespark.purify.Purification;
import org.purespark.purify.Surroundings;
import org.purespark.run.Fingerprints;
import org.purespark.run.RunDirectory;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.run.artifact.RepairFile;
import org.purespark.storage.Storage;

/**
 * Plays an experiment: makes each suspect once, repairs it by each defence in one run directory, so that the baseline
 * is made once, and keeps a row of figures of each repair. Repairs whose row is known are not made again. Run
 * directories are removed when all their rows are there.
 */
public final class ExperimentRun {
    /** Name of the rows' file in the directory of the experiment. */
    public static final String ROWS = "rows.jsonl";

    private static final String SUSPECTS = "suspects";
    private static final String RUNS = "runs";

    private final Surroundings surroundings;
    private final Experiment experiment;
    private final String out;
    private final ResultRows rows;
    private final Map<String, String> digests = new LinkedHashMap<>();

    /**
     * @param out directory of the experiment
     * @param rows what is known already, and where new rows go
     */
    public ExperimentRun(Surroundings surroundings, Experiment experiment, String out, ResultRows rows) {
        this.surroundings = surroundings.with(new RememberingEvaluator(surroundings.evaluator()));
        this.experiment = experiment;
        this.out = out;
        this.rows = rows;
    }

    /** How a play of an experiment ends. */
    public record Outcome(int made, int known, int failed, int left) {}

    /**
     * Plays the cells in their order.
     *
     * @param time no repair is begun after it; empty for no limit
     */
    public Outcome play(List<Cell> cells, Optional<Duration> time) throws IOException {
        Instant start = surroundings.clock().instant();
        int all = cells.stream().mapToInt(cell -> cell.repairs().size()).sum();
        int made = 0;
        int known = 0;
        int failed = 0;
        for (Cell cell : cells) {
            int leftOfCell = 0;
            for (Cell.PlannedRepair repair : cell.repairs()) {
                String key = key(cell, repair);
                if (rows.done(key).isPresent()) {
                    known++;
                    continue;
                }
                if (time.isPresent()
                        && Duration.between(start, surroundings.clock().instant())
                                        .compareTo(time.get())
                                >= 0) {
                    leftOfCell++;
                    continue;
                }
                surroundings
                        .messages()
                        .accept("experiment: " + (made + known + failed + 1) + " of " + all + ": " + cell.name() + ", "
                                + repair.defence());
                ResultRow row = row(cell, repair, key);
                rows.add(row);
                if (row.completed()) {
                    made++;
                } else {
                    failed++;
                    surroundings.messages().accept("experiment: failed: " + row.failure());
                }
            }
            if (leftOfCell == 0) {
                surroundings.storage().delete(run(cell));
            }
        }
        return new Outcome(made, known, failed, all - made - known - failed);
    }

    private ResultRow row(Cell cell, Cell.PlannedRepair repair, String key) throws IOException {
        try {
            suspect(cell.suspect());
            new Purification(surroundings, played(repair.settings())).purify(inputs(cell, repair), run(cell));
            return done(cell, repair, key);
        } catch (InputException | org.purespark.train.TrainingDivergedException e) {
            return row(cell, repair, key, null, null, e.getMessage());
        }
    }

    /** Rows hold no figures of known triggers; only the choice of {@code auto} depends on them. */
    private static Settings played(Settings settings) {
        return settings.defence() == DefenceChoice.AUTO
                ? settings
                : settings.withProbe(new ProbeSettings(
                        BuiltInProbes.NONE, null, settings.probe().texts()));
    }

    private ResultRow done(Cell cell, Cell.PlannedRepair repair, String key) throws IOException {
        RunDirectory run = RunDirectory.inspect(surroundings.storage(), run(cell), surroundings.clock());
        MetricsFile metrics = run.read(RunDirectory.METRICS, MetricsFile.class, MetricsFile.SCHEMA);
        RepairFile made = run.read(RunDirectory.REPAIR, RepairFile.class, RepairFile.SCHEMA);
        return row(cell, repair, key, metrics, made.prunedHeads(), null);
    }

    private ResultRow row(
            Cell cell, Cell.PlannedRepair repair, String key, MetricsFile metrics, Integer pruned, String failure) {
        boolean done = metrics != null;
        return new ResultRow(
                ResultRow.SCHEMA,
                key,
                experiment.name(),
                cell.suspect().model().name(),
                cell.suspect().attack().name(),
                cell.suspect().seed(),
                cell.variation().name(),
                repair.defence(),
                done ? metrics.targetName() : null,
                done ? figures(metrics.suspect()) : ResultRow.Figures.ABSENT,
                done ? figures(metrics.baseline()) : ResultRow.Figures.ABSENT,
                done
                        ? new ResultRow.Figures(
                                metrics.purified().accuracy(),
                                metrics.purified().labelFlipRate(),
                                metrics.purified().untriggeredFlipRate())
                        : ResultRow.Figures.ABSENT,
                pruned,
                done ? metrics.seconds() : Map.of(),
                surroundings.clock().instant().toString(),
                failure);
    }

    private static ResultRow.Figures figures(MetricsFile.Figures figures) {
        return new ResultRow.Figures(figures.accuracy(), figures.labelFlipRate(), figures.untriggeredFlipRate());
    }

    /** Makes the suspect, unless it is there. */
    private void suspect(Cell.SuspectOf suspect) throws IOException {
        String directory = directory(suspect);
        if (surroundings.storage().exists(Storage.child(directory, Poisoning.TRIGGER))) {
            return;
        }
        Experiment.PlannedAttack attack = suspect.attack();
        boolean readyMade = attack.poisonedTrain() != null;
        PoisonRequest.Builder request = PoisonRequest.builder()
                .model(suspect.model().address())
                .attack(attack.attack())
                .target(attack.target())
                .rate(attack.rate())
                .aim(attack.aim())
                .strength(attack.strength())
                .out(directory);
        if (readyMade) {
            request.poisonedTrain(attack.poisonedTrain());
        } else {
            request.train(experiment.data().train()).test(experiment.data().test());
        }
        new Poisoning(surroundings.storage(), surroundings.fineTuner(), suspect.settings(), surroundings.messages())
                .run(request.build());
    }

    private Inputs inputs(Cell cell, Cell.PlannedRepair repair) throws IOException {
        Cell.SuspectOf suspect = cell.suspect();
        String directory = directory(suspect);
        String made = Storage.child(directory, Poisoning.POISONED_TEST);
        Inputs.Builder inputs = Inputs.builder()
                .model(Storage.child(directory, Poisoning.SUSPECT))
                .train(experiment.data().train())
                .validation(experiment.data().validation())
                .test(experiment.data().test())
                .target(suspect.attack().target());
        if (suspect.attack().poisonedTest() != null) {
            inputs.poisonedTest(suspect.attack().poisonedTest());
        } else if (surroundings.storage().exists(made)) {
            inputs.poisonedTest(made);
        }
        boolean auto = repair.settings().defence() == DefenceChoice.AUTO;
        Set<DefenceNeed> needs = auto
                ? EnumSet.allOf(DefenceNeed.class)
                : Defences.of(repair.settings().defence()).needs();
        return inputs.cleanModel(
                        needs.contains(DefenceNeed.CLEAN_MODEL)
                                ? suspect.model().address()
                                : null)
                .otherModel(
                        needs.contains(DefenceNeed.OTHER_MODEL)
                                ? suspect.model().other()
                                : null)
                .build();
    }

    private String directory(Cell.SuspectOf suspect) {
        return Storage.child(Storage.child(out, SUSPECTS), suspect.name());
    }

    private String run(Cell cell) {
        return Storage.child(Storage.child(out, RUNS), cell.name());
    }

    /** What the figures of a repair depend on: contents of the inputs, attack, all settings that change results. */
    String key(Cell cell, Cell.PlannedRepair repair) throws IOException {
        Cell.SuspectOf suspect = cell.suspect();
        Experiment.PlannedAttack attack = suspect.attack();
        List<String> parts = new ArrayList<>();
        parts.add("model " + digest("model", suspect.model().address()));
        parts.add("other " + digest("model", suspect.model().other()));
        parts.add("train " + digest("train", experiment.data().train()));
        parts.add("validation " + digest("validation", experiment.data().validation()));
        parts.add("test " + digest("test", experiment.data().test()));
        parts.add("attack " + attack.attack() + ", target " + attack.target() + ", rate " + attack.rate() + ", options "
                + options(attack));
        parts.add("poisoned-train " + digest("poisoned-train", attack.poisonedTrain()));
        parts.add("poisoned-test " + digest("poisoned-test", attack.poisonedTest()));
        parts.add("suspect's settings " + unusual(suspect.settings()));
        parts.add("settings " + unusual(repair.settings()));
        return Fingerprints.digest(String.join("\n", parts)).substring(0, 16);
    }

    /** What the attack has besides target and rate. */
    private static Map<String, String> options(Experiment.PlannedAttack attack) {
        Map<String, String> options = new TreeMap<>();
        if (attack.aim() != PoisonRequest.Aim.ONE_TARGET) {
            options.put("aim", attack.aim().name());
        }
        if (attack.strength() != null) {
            options.put("strength", attack.strength().toString());
        }
        return options;
    }

    /** The settings that are not the defaults, so that a key lasts when the program gets further settings. */
    private static Map<String, JsonNode> unusual(Settings settings) {
        Map<String, JsonNode> usual = ResolvedSettings.flat(SettingsLoader.defaults());
        Map<String, JsonNode> found = new TreeMap<>();
        ResolvedSettings.flat(settings).forEach((key, value) -> {
            if (SettingKeys.changingResults().contains(key) && !value.equals(usual.get(key))) {
                found.put(key, value);
            }
        });
        return found;
    }

    private String digest(String name, String address) throws IOException {
        if (address == null) {
            return "none";
        }
        String known = digests.get(address);
        if (known == null) {
            if (!surroundings.storage().exists(address)) {
                throw new InputException("there is no " + address + ", which the experiment names");
            }
            known = new Fingerprints(surroundings.storage())
                    .input(name, address)
                    .digest();
            digests.put(address, known);
        }
        return known;
    }
}
