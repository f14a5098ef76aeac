// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.config.BuiltInProbes;
import org.purespark.config.DefenceChoice;
import org.purespark.config.ProbeSettings;
import org.purespark.config.Settings;
import org.purespark.defence.Defence;
import org.purespark.defence.DefenceNeed;
import org.purespark.defence.Defences;
import org.purespark.defence.Portfolio;
import org.purespark.evaluate.RememberingEvaluator;
import org.purespark.metrics.FlipTargets;
import org.purespark.poison.PoisonRequest;
import org.purespark.poison.Poisoning;
import org.purespark.purify.Inputs;
import org.purespark.purify.Purification;
import org.purespark.purify.Surroundings;
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
    private final RowKeys keys;

    /**
     * @param keys of the experiment's rows
     * @param out directory of the experiment
     * @param rows what is known already, and where new rows go
     */
    public ExperimentRun(Surroundings surroundings, Experiment experiment, RowKeys keys, String out, ResultRows rows) {
        this.surroundings = surroundings.with(new RememberingEvaluator(surroundings.evaluator()));
        this.experiment = experiment;
        this.keys = keys;
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
                String key = keys.of(cell, repair);
                if (rows.done(cell, repair, keys).isPresent()) {
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
            Optional<ResultRow> chosen = chosen(cell, repair, key);
            if (chosen.isPresent()) {
                return chosen.get();
            }
            suspect(cell.suspect());
            new Purification(surroundings, played(repair.settings())).purify(inputs(cell, repair), run(cell));
            return done(cell, repair, key);
        } catch (InputException | org.purespark.train.TrainingDivergedException e) {
            return row(cell, repair, key, null, Repaired.NOT, e.getMessage());
        }
    }

    /**
     * What {@code auto} takes, from the rows of the repairs that it would make: they are the same repairs. Empty for
     * another defence, and if a row is not there or does not say what {@code auto} sees.
     */
    private Optional<ResultRow> chosen(Cell cell, Cell.PlannedRepair auto, String key) throws IOException {
        if (auto.settings().defence() != DefenceChoice.AUTO) {
            return Optional.empty();
        }
        Map<DefenceChoice, ResultRow> made = new EnumMap<>(DefenceChoice.class);
        List<Portfolio.Tried> tried = new ArrayList<>();
        for (Defence candidate : Portfolio.candidates(given(cell, auto))) {
            DefenceChoice choice = candidate.choice();
            Cell.PlannedRepair single = new Cell.PlannedRepair(
                    choice.spelling(),
                    Experiment.OtherModels.ALL,
                    auto.settings().withDefence(choice));
            Optional<ResultRow> row = rows.done(cell, single, keys).filter(known -> known.tried() != null);
            // auto gives WAG the clean model too; WAG by itself has the other model alone.
            if (row.isEmpty() || choice == DefenceChoice.WAG) {
                return Optional.empty();
            }
            if (!made.isEmpty() && !sameClues(made.values().iterator().next(), row.get())) {
                // The rows were made by versions with other known triggers, so they do not compare.
                return Optional.empty();
            }
            made.put(choice, row.get());
            ResultRow.Tried seen = row.get().tried();
            tried.add(new Portfolio.Tried(choice, seen.quality(), seen.rises()));
        }
        Portfolio.Choice choice = Portfolio.choose(tried, Portfolio.maxDrop(auto.settings()));
        surroundings.messages().accept("experiment: from the rows: " + choice.reason());
        return Optional.of(made.get(choice.defence())
                .takenBy(auto.defence(), key, choice.defence().spelling(), made.values(), now()));
    }

    private static boolean sameClues(ResultRow row, ResultRow other) {
        return row.tried().rises().keySet().equals(other.tried().rises().keySet());
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
        DefenceChoice asked = repair.settings().defence();
        boolean triedByAuto = Portfolio.CANDIDATES.contains(asked)
                && cell.repairs().stream().anyMatch(other -> other.settings().defence() == DefenceChoice.AUTO);
        ResultRow.Tried tried = triedByAuto ? tried(cell, repair) : null;
        String taken = asked == DefenceChoice.AUTO ? made.defence() : null;
        Map<String, Double> seconds = new LinkedHashMap<>(metrics.seconds());
        if (taken == null && !made.usesHeadSearch()) {
            // A search that another repair of the same run directory has made.
            seconds.keySet().removeAll(ResultRow.HEAD_SEARCH);
        }
        Repaired repaired = new Repaired(made.prunedHeads(), tried, taken, seconds);
        return row(cell, repair, key, metrics, repaired, null);
    }

    private ResultRow.Tried tried(Cell cell, Cell.PlannedRepair repair) throws IOException {
        Portfolio.Tried tried =
                new Purification(surroundings, repair.settings()).tried(inputs(cell, repair), run(cell));
        return new ResultRow.Tried(tried.quality(), tried.rises());
    }

    /** What a row says of a repair besides figures. */
    private record Repaired(Integer prunedHeads, ResultRow.Tried tried, String taken, Map<String, Double> seconds) {
        static final Repaired NOT = new Repaired(null, null, null, Map.of());
    }

    private ResultRow row(
            Cell cell, Cell.PlannedRepair repair, String key, MetricsFile metrics, Repaired repaired, String failure) {
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
                repaired.prunedHeads(),
                repaired.tried(),
                repaired.taken(),
                repaired.seconds(),
                now(),
                failure);
    }

    private String now() {
        return surroundings.clock().instant().toString();
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
                .aim(readyMade ? PoisonRequest.Aim.ONE_TARGET : attack.aim())
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
                .target(
                        suspect.attack().aim() == PoisonRequest.Aim.ALL_TO_ALL
                                ? FlipTargets.NEXT_CLASS
                                : suspect.attack().target());
        if (suspect.attack().poisonedTest() != null) {
            inputs.poisonedTest(suspect.attack().poisonedTest());
        } else if (surroundings.storage().exists(made)) {
            inputs.poisonedTest(made);
        }
        Set<DefenceNeed> needs = needs(repair);
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

    /** The models that a repair is given. */
    private static Set<DefenceNeed> given(Cell cell, Cell.PlannedRepair repair) {
        Set<DefenceNeed> given = needs(repair);
        if (cell.suspect().model().other() == null) {
            given.remove(DefenceNeed.OTHER_MODEL);
        }
        return given;
    }

    private static Set<DefenceNeed> needs(Cell.PlannedRepair repair) {
        if (repair.otherModels() == Experiment.OtherModels.NONE) {
            return EnumSet.noneOf(DefenceNeed.class);
        }
        return repair.settings().defence() == DefenceChoice.AUTO
                ? EnumSet.allOf(DefenceNeed.class)
                : new TreeSet<>(Defences.of(repair.settings().defence()).needs());
    }

    private String directory(Cell.SuspectOf suspect) throws IOException {
        return Storage.child(Storage.child(out, SUSPECTS), suspect.name() + "-" + keys.ofSuspect(suspect));
    }

    private String run(Cell cell) throws IOException {
        return Storage.child(Storage.child(out, RUNS), cell.name() + "-" + keys.ofSuspect(cell.suspect()));
    }
}
