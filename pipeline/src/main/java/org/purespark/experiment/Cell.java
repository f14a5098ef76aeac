// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.purespark.InputException;
import org.purespark.config.ComputeSettings;
import org.purespark.config.DefenceChoice;
import org.purespark.config.Settings;
import org.purespark.config.SettingsLoader;
import org.purespark.defence.DefenceNeed;
import org.purespark.defence.Defences;

/**
 * A suspect of an experiment with all repairs that are tried on it under one variation; they share its baseline.
 *
 * @param suspect which one
 * @param variation settings that hold for all repairs
 * @param repairs in the order of the experiment
 */
public record Cell(SuspectOf suspect, Experiment.Variation variation, List<PlannedRepair> repairs) {
    /**
     * A defender does not know the attacker's seed: with the same one a new classifier would be drawn as the suspect's
     * was, and stand for its old one.
     */
    static final long SEED_OF_REPAIRS = 1_000;

    /**
     * A suspect.
     *
     * @param settings of the trainings that make it
     */
    public record SuspectOf(Experiment.Model model, Experiment.PlannedAttack attack, long seed, Settings settings) {
        /** Its name in messages, and the first part of that in directories. */
        public String name() {
            return name(model, attack, seed);
        }

        static String name(Experiment.Model model, Experiment.PlannedAttack attack, long seed) {
            return model.name() + "-" + attack.name() + "-" + seed;
        }
    }

    /** A repair with its resolved settings. */
    public record PlannedRepair(String defence, Experiment.OtherModels otherModels, Settings settings) {}

    /**
     * What all cells compute with.
     *
     * @param cells at least one
     * @throws InputException if they differ in it
     */
    public static ComputeSettings compute(List<Cell> cells) {
        List<ComputeSettings> all =
                settings(cells).stream().map(Settings::compute).distinct().toList();
        if (all.size() > 1) {
            throw new InputException("the settings of compute hold for a whole experiment: set them alike in all of its"
                    + " parts, or in none");
        }
        return all.get(0);
    }

    /** The settings of all trainings: of suspects and of repairs. */
    public static List<Settings> settings(List<Cell> cells) {
        return cells.stream()
                .flatMap(cell -> Stream.concat(
                        Stream.of(cell.suspect().settings()),
                        cell.repairs().stream().map(PlannedRepair::settings)))
                .distinct()
                .toList();
    }

    /** Its name in messages, and the first part of that in directories. */
    public String name() {
        return variation.name().isEmpty() ? suspect.name() : suspect.name() + "-" + part(variation);
    }

    /** What a variation's name is in that of a directory. */
    static String part(Experiment.Variation variation) {
        return variation.name().replaceAll("[^A-Za-z0-9._-]+", "-");
    }

    /**
     * All cells of an experiment: by seed first, so that every attack has a figure early.
     *
     * @throws InputException for settings that are not valid, naming where they are
     */
    public static List<Cell> of(Experiment experiment, SettingsLoader loader) {
        List<Cell> cells = cells(experiment, loader);
        cells.forEach(Cell::requireModels);
        return cells;
    }

    /** Refuses a defence that needs a model which the experiment does not name. */
    private void requireModels() {
        for (PlannedRepair repair : repairs) {
            DefenceChoice choice = repair.settings().defence();
            if (choice == DefenceChoice.AUTO) {
                continue;
            }
            if (repair.otherModels() == Experiment.OtherModels.NONE
                    && !Defences.of(choice).needs().isEmpty()) {
                throw new InputException("defence " + repair.defence() + " needs "
                        + Defences.of(choice).needs().iterator().next().inWords()
                        + ": leave out models = none");
            }
            if (Defences.of(choice).needs().contains(DefenceNeed.OTHER_MODEL)
                    && suspect.model().other() == null) {
                throw new InputException("defence " + repair.defence() + " needs " + DefenceNeed.OTHER_MODEL.inWords()
                        + ": give model " + suspect.model().name() + " an other-model");
            }
        }
    }

    private static List<Cell> cells(Experiment experiment, SettingsLoader loader) {
        List<Cell> cells = new ArrayList<>();
        for (long seed : experiment.seeds()) {
            for (Experiment.Model model : experiment.models()) {
                for (Experiment.PlannedAttack attack : experiment.attacks()) {
                    SuspectOf suspect = new SuspectOf(
                            model,
                            attack,
                            seed,
                            settings(
                                    loader,
                                    "attack " + attack.name(),
                                    seed,
                                    List.of(experiment.poisonSettings(), attack.settings())));
                    for (Experiment.Variation variation : experiment.variations()) {
                        cells.add(new Cell(suspect, variation, repairs(experiment, loader, seed, variation)));
                    }
                }
            }
        }
        return cells;
    }

    private static List<PlannedRepair> repairs(
            Experiment experiment, SettingsLoader loader, long seed, Experiment.Variation variation) {
        List<PlannedRepair> repairs = new ArrayList<>();
        for (Experiment.PlannedDefence defence : experiment.defences()) {
            repairs.add(new PlannedRepair(
                    defence.name(),
                    defence.otherModels(),
                    settings(
                            loader,
                            "defence " + defence.name(),
                            seed + SEED_OF_REPAIRS,
                            List.of(experiment.settings(), variation.settings(), defence.settings()))));
        }
        return repairs;
    }

    /** Later maps win. */
    private static Settings settings(
            SettingsLoader loader, String place, long seed, List<SortedMap<String, String>> layers) {
        SortedMap<String, String> all = new TreeMap<>();
        layers.forEach(all::putAll);
        all.put("seed", Long.toString(seed));
        List<String> flags = new ArrayList<>();
        all.forEach((key, value) -> flags.add(key + "=" + value));
        try {
            return loader.load(null, flags).settings();
        } catch (InputException e) {
            throw new InputException(place + ": " + e.getMessage(), e);
        }
    }
}
