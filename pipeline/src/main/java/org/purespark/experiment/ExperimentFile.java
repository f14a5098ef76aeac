// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.purespark.InputException;
import org.purespark.config.HoconText;
import org.purespark.poison.PoisonRequest;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * Reads the file of an experiment: HOCON, its keys in docs/experiments.md. Unknown keys are refused. Addresses are
 * relative to the file's directory.
 */
public final class ExperimentFile {
    private static final Set<String> KEYS = new TreeSet<>(List.of(
            "name", "models", "data", "attacks", "defences", "seeds", "vary", "poison-set", "set", "reference"));
    private static final Set<String> MODEL_KEYS = new TreeSet<>(List.of("name", "address", "other-model"));
    private static final Set<String> DATA_KEYS = new TreeSet<>(List.of("train", "validation", "test"));
    private static final Set<String> ATTACK_KEYS = new TreeSet<>(
            List.of("name", "attack", "target", "rate", "poisoned-train", "poisoned-test", "aim", "strength", "set"));
    private static final Set<String> DEFENCE_KEYS = new TreeSet<>(List.of("name", "models", "set"));
    private static final double USUAL_RATE = 0.5;

    private static final int MOST_REPAIRS = 100_000;

    private final String file;
    private final ExperimentValues values;
    private final ExperimentSettings settings;

    private ExperimentFile(String file) {
        this.file = file;
        this.values = new ExperimentValues(file);
        this.settings = new ExperimentSettings(values);
    }

    /** @throws InputException naming the file, the key and what is expected */
    public static Experiment read(Storage storage, String address) throws IOException {
        String text;
        try {
            text = storage.readText(address, FileKind.SETTINGS);
        } catch (java.io.FileNotFoundException e) {
            throw new InputException("cannot read the experiment " + address + ": there is no such file", e);
        }
        Config config = HoconText.parse(text, "the experiment " + address, address);
        try {
            return new ExperimentFile(address).experiment(config.root());
        } catch (ConfigException e) {
            throw new InputException("cannot read the experiment " + address + ": " + e.getMessage(), e);
        }
    }

    private Experiment experiment(ConfigObject root) {
        values.requireKeys(root, "", KEYS);
        List<Experiment.PlannedDefence> defences = new ArrayList<>();
        for (ConfigValue value : values.list(root, "defences")) {
            defences.add(defence(value));
        }
        List<Experiment.Model> models = new ArrayList<>();
        for (ConfigValue value : values.list(root, "models")) {
            models.add(model(values.object(value, "models")));
        }
        List<Experiment.PlannedAttack> attacks = new ArrayList<>();
        for (ConfigValue value : values.list(root, "attacks")) {
            attacks.add(attack(values.object(value, "attacks")));
        }
        List<Long> seeds = seeds(root);
        requireNames("models", models, Experiment.Model::name);
        requireNames("attacks", attacks, Experiment.PlannedAttack::name);
        requireNames("defences", defences, Experiment.PlannedDefence::name);
        List<String> names =
                defences.stream().map(Experiment.PlannedDefence::name).toList();
        String reference = values.text(root, "", "reference", names.get(0));
        if (!names.contains(reference)) {
            throw values.refused("reference", "'" + reference + "' is none of the defences " + names);
        }
        Experiment experiment = new Experiment(
                values.name(root, ""),
                models,
                data(values.object(values.required(root, "", "data"), "data")),
                attacks,
                defences,
                seeds,
                settings.variations(ExperimentValues.optional(root, "vary"), "vary"),
                settings.settings(ExperimentValues.optional(root, "poison-set"), "poison-set"),
                settings.settings(ExperimentValues.optional(root, "set"), "set"),
                reference);
        requireSize(experiment);
        requireSuspects(experiment);
        requireVariations(experiment);
        return experiment;
    }

    private List<Long> seeds(ConfigObject root) {
        List<Long> seeds = new ArrayList<>();
        for (ConfigValue value : values.list(root, "seeds")) {
            long seed = values.whole(value, "seeds");
            if (seed > Long.MAX_VALUE - Cell.SEED_OF_REPAIRS) {
                throw values.refused(
                        "seeds",
                        "repairs have the seed " + seed + " + " + Cell.SEED_OF_REPAIRS
                                + ", which is too large; take a smaller one");
            }
            seeds.add(seed);
        }
        values.requireDistinct("seeds", "the seed", seeds);
        return seeds;
    }

    private <T> void requireNames(String place, List<T> all, Function<T, String> name) {
        values.requireDistinct(place, "the name", all.stream().map(name).toList());
    }

    private void requireSize(Experiment experiment) {
        double repairs = (double) experiment.models().size()
                * experiment.attacks().size()
                * experiment.seeds().size()
                * experiment.variations().size()
                * experiment.defences().size();
        if (repairs > MOST_REPAIRS) {
            throw values.refused(
                    "seeds",
                    String.format(
                            Locale.ROOT,
                            "with models, attacks, defences and vary they make %.0f repairs, the most is %d; make"
                                    + " several experiments",
                            repairs,
                            MOST_REPAIRS));
        }
    }

    /** Two suspects have two names. */
    private void requireSuspects(Experiment experiment) {
        Map<String, String> known = new HashMap<>();
        for (Experiment.Model model : experiment.models()) {
            for (Experiment.PlannedAttack attack : experiment.attacks()) {
                for (long seed : experiment.seeds()) {
                    String name = Cell.SuspectOf.name(model, attack, seed);
                    String parts = "model " + model.name() + " with attack " + attack.name() + " and seed " + seed;
                    String other = known.put(name, parts);
                    if (other != null) {
                        throw values.refused(
                                "attacks",
                                other + ", and " + parts + ", are both named " + name + "; rename one of them");
                    }
                }
            }
        }
    }

    /** Each has a directory of its own. */
    private void requireVariations(Experiment experiment) {
        Map<String, String> known = new HashMap<>();
        for (Experiment.Variation variation : experiment.variations()) {
            String name = Cell.part(variation);
            String other = known.put(name, variation.name());
            if (other != null) {
                throw values.refused(
                        "vary",
                        "'" + other + "' and '" + variation.name() + "' are both " + name
                                + " in names of directories; change one of the values");
            }
        }
    }

    private Experiment.Model model(ConfigObject object) {
        values.requireKeys(object, "models", MODEL_KEYS);
        return new Experiment.Model(
                values.name(object, "models"),
                address(values.text(object, "models", "address")),
                address(values.text(object, "models", "other-model", null)));
    }

    private Experiment.Data data(ConfigObject object) {
        values.requireKeys(object, "data", DATA_KEYS);
        return new Experiment.Data(
                address(values.text(object, "data", "train")),
                address(values.text(object, "data", "validation", null)),
                address(values.text(object, "data", "test")));
    }

    private Experiment.PlannedAttack attack(ConfigObject object) {
        values.requireKeys(object, "attacks", ATTACK_KEYS);
        String name = values.name(object, "attacks");
        String place = "attacks." + name;
        ConfigValue strength = ExperimentValues.optional(object, "strength");
        String target = values.text(object, place, "target", null);
        PoisonRequest.Aim aim = aim(object, place);
        if (target != null && aim == PoisonRequest.Aim.ALL_TO_ALL) {
            throw values.refused(place + ".target", "an attack from all classes to all has no target; leave it out");
        }
        return new Experiment.PlannedAttack(
                name,
                values.text(object, place, "attack", name),
                target,
                rate(ExperimentValues.optional(object, "rate"), place + ".rate"),
                address(values.text(object, place, "poisoned-train", null)),
                address(values.text(object, place, "poisoned-test", null)),
                aim,
                strength == null ? null : Double.valueOf(values.number(strength, place + ".strength")),
                settings.settings(ExperimentValues.optional(object, "set"), place + ".set"));
    }

    private double rate(ConfigValue value, String place) {
        double rate = value == null ? USUAL_RATE : values.number(value, place);
        if (!(rate > 0 && rate <= 1)) {
            throw values.refused(
                    place, "'" + values.scalar(value, place) + "' is no share of the texts: above 0, at most 1");
        }
        return rate;
    }

    private PoisonRequest.Aim aim(ConfigObject object, String place) {
        String aim = values.text(object, place, "aim", null);
        if (aim == null) {
            return PoisonRequest.Aim.ONE_TARGET;
        }
        for (PoisonRequest.Aim known : PoisonRequest.Aim.values()) {
            if (known.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(aim)) {
                return known;
            }
        }
        throw values.refused(place + ".aim", "'" + aim + "' is neither one-target nor all-to-all");
    }

    private Experiment.PlannedDefence defence(ConfigValue value) {
        if (value.valueType() != ConfigValueType.OBJECT) {
            String name = values.requireName(values.scalar(value, "defences"), "defences");
            SortedMap<String, String> own = new TreeMap<>();
            own.put("defence", name);
            return new Experiment.PlannedDefence(name, Experiment.OtherModels.ALL, own);
        }
        ConfigObject object = values.object(value, "defences");
        values.requireKeys(object, "defences", DEFENCE_KEYS);
        String name = values.name(object, "defences");
        String place = "defences." + name;
        SortedMap<String, String> own = settings.settings(ExperimentValues.optional(object, "set"), place + ".set");
        own.putIfAbsent("defence", name);
        return new Experiment.PlannedDefence(name, otherModels(object, place), own);
    }

    private Experiment.OtherModels otherModels(ConfigObject object, String place) {
        String models = values.text(object, place, "models", "all");
        return switch (models) {
            case "all" -> Experiment.OtherModels.ALL;
            case "none" -> Experiment.OtherModels.NONE;
            default -> throw values.refused(place + ".models", "'" + models + "' is neither all nor none");
        };
    }

    /** @param given may be null */
    private String address(String given) {
        return given == null ? null : Storage.beside(file, given);
    }
}
