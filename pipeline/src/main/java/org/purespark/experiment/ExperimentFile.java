// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
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

    private final String file;

    private ExperimentFile(String file) {
        this.file = file;
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
        requireKeys(root, "", KEYS);
        List<Experiment.PlannedDefence> defences = new ArrayList<>();
        for (ConfigValue value : list(root, "", "defences")) {
            defences.add(defence(value));
        }
        List<Experiment.Model> models = new ArrayList<>();
        for (ConfigValue value : list(root, "", "models")) {
            models.add(model(object(value, "models")));
        }
        List<Experiment.PlannedAttack> attacks = new ArrayList<>();
        for (ConfigValue value : list(root, "", "attacks")) {
            attacks.add(attack(object(value, "attacks")));
        }
        List<Long> seeds = new ArrayList<>();
        for (ConfigValue value : list(root, "", "seeds")) {
            seeds.add(seed(value));
        }
        requireDistinct("models", models.stream().map(Experiment.Model::name).toList());
        requireDistinct(
                "attacks", attacks.stream().map(Experiment.PlannedAttack::name).toList());
        List<String> names =
                defences.stream().map(Experiment.PlannedDefence::name).toList();
        requireDistinct("defences", names);
        String reference = text(root, "", "reference", names.get(0));
        if (!names.contains(reference)) {
            throw refused("reference", "'" + reference + "' is none of the defences " + names);
        }
        return new Experiment(
                text(root, "", "name", null),
                models,
                data(object(required(root, "", "data"), "data")),
                attacks,
                defences,
                seeds,
                variations(root),
                settings(root.get("poison-set"), "poison-set"),
                settings(root.get("set"), "set"),
                reference);
    }

    private Experiment.Model model(ConfigObject object) {
        requireKeys(object, "models", MODEL_KEYS);
        return new Experiment.Model(
                name(object, "models"),
                address(text(object, "models", "address", null)),
                object.containsKey("other-model") ? address(text(object, "models", "other-model", null)) : null);
    }

    private Experiment.Data data(ConfigObject object) {
        requireKeys(object, "data", DATA_KEYS);
        return new Experiment.Data(
                address(text(object, "data", "train", null)),
                object.containsKey("validation") ? address(text(object, "data", "validation", null)) : null,
                address(text(object, "data", "test", null)));
    }

    private Experiment.PlannedAttack attack(ConfigObject object) {
        requireKeys(object, "attacks", ATTACK_KEYS);
        String name = name(object, "attacks");
        String train = object.containsKey("poisoned-train") ? text(object, "attacks", "poisoned-train", null) : null;
        String test = object.containsKey("poisoned-test") ? text(object, "attacks", "poisoned-test", null) : null;
        double rate = USUAL_RATE;
        if (object.containsKey("rate")) {
            rate = number(object.get("rate"), "attacks." + name + ".rate");
        }
        return new Experiment.PlannedAttack(
                name,
                text(object, "attacks", "attack", name),
                object.containsKey("target") ? text(object, "attacks", "target", null) : null,
                rate,
                train == null ? null : address(train),
                test == null ? null : address(test),
                aim(object, name),
                object.containsKey("strength")
                        ? Double.valueOf(number(object.get("strength"), "attacks." + name + ".strength"))
                        : null,
                settings(object.get("set"), "attacks." + name + ".set"));
    }

    private PoisonRequest.Aim aim(ConfigObject object, String name) {
        if (!object.containsKey("aim")) {
            return PoisonRequest.Aim.ONE_TARGET;
        }
        String aim = text(object, "attacks", "aim", null);
        for (PoisonRequest.Aim known : PoisonRequest.Aim.values()) {
            if (known.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(aim)) {
                return known;
            }
        }
        throw refused("attacks." + name + ".aim", "'" + aim + "' is neither one-target nor all-to-all");
    }

    private Experiment.PlannedDefence defence(ConfigValue value) {
        if (value.valueType() != ConfigValueType.OBJECT) {
            String name = value.unwrapped().toString();
            SortedMap<String, String> settings = new TreeMap<>();
            settings.put("defence", name);
            return new Experiment.PlannedDefence(name, Experiment.OtherModels.ALL, settings);
        }
        ConfigObject object = object(value, "defences");
        requireKeys(object, "defences", DEFENCE_KEYS);
        String name = name(object, "defences");
        SortedMap<String, String> settings = settings(object.get("set"), "defences." + name + ".set");
        settings.putIfAbsent("defence", name);
        return new Experiment.PlannedDefence(name, otherModels(object, name), settings);
    }

    private Experiment.OtherModels otherModels(ConfigObject object, String name) {
        String models = text(object, "defences." + name, "models", "all");
        return switch (models) {
            case "all" -> Experiment.OtherModels.ALL;
            case "none" -> Experiment.OtherModels.NONE;
            default -> throw refused("defences." + name + ".models", "'" + models + "' is neither all nor none");
        };
    }

    /** All combinations of the values under {@code vary}. */
    private List<Experiment.Variation> variations(ConfigObject root) {
        List<Experiment.Variation> all = new ArrayList<>();
        all.add(new Experiment.Variation("", new TreeMap<>()));
        if (!root.containsKey("vary")) {
            return all;
        }
        for (var entry : root.toConfig().getConfig("vary").entrySet()) {
            String key = entry.getKey().replace("\"", "");
            if (!(entry.getValue() instanceof ConfigList values) || values.isEmpty()) {
                throw refused("vary." + key, "expected a list of values");
            }
            List<Experiment.Variation> more = new ArrayList<>();
            for (Experiment.Variation before : all) {
                for (ConfigValue value : values) {
                    SortedMap<String, String> settings = new TreeMap<>(before.settings());
                    settings.put(key, value.unwrapped().toString());
                    String name = key + "=" + value.unwrapped();
                    more.add(new Experiment.Variation(
                            before.name().isEmpty() ? name : before.name() + ", " + name, settings));
                }
            }
            all = more;
        }
        return all;
    }

    private SortedMap<String, String> settings(ConfigValue value, String place) {
        SortedMap<String, String> settings = new TreeMap<>();
        if (value != null) {
            for (var entry : object(value, place).toConfig().entrySet()) {
                if (entry.getValue() instanceof ConfigList) {
                    throw refused(place + "." + entry.getKey(), "a single value is expected");
                }
                settings.put(
                        entry.getKey().replace("\"", ""),
                        entry.getValue().unwrapped().toString());
            }
        }
        return settings;
    }

    private String name(ConfigObject object, String place) {
        String name = text(object, place, "name", null);
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw refused(
                    place + ".name", "'" + name + "' must start with a letter or digit and have only these, . _ and -");
        }
        return name;
    }

    private String text(ConfigObject object, String place, String key, String otherwise) {
        ConfigValue value = object.get(key);
        if (value == null && otherwise != null) {
            return otherwise;
        }
        ConfigValue given = value == null ? required(object, place, key) : value;
        if (given.valueType() == ConfigValueType.LIST || given.valueType() == ConfigValueType.OBJECT) {
            throw refused(place.isEmpty() ? key : place + "." + key, "a single value is expected");
        }
        return given.unwrapped().toString();
    }

    private ConfigValue required(ConfigObject object, String place, String key) {
        ConfigValue value = object.get(key);
        if (value == null || value.valueType() == ConfigValueType.NULL) {
            throw refused(place.isEmpty() ? key : place + "." + key, "it is missing");
        }
        return value;
    }

    private ConfigList list(ConfigObject object, String place, String key) {
        if (!(required(object, place, key) instanceof ConfigList list) || list.isEmpty()) {
            throw refused(key, "expected a list with at least one entry");
        }
        return list;
    }

    private ConfigObject object(ConfigValue value, String place) {
        if (value instanceof ConfigObject object) {
            return object;
        }
        throw refused(place, "expected an object in braces, found " + value.unwrapped());
    }

    private long seed(ConfigValue value) {
        try {
            return Long.parseLong(value.unwrapped().toString());
        } catch (NumberFormatException e) {
            throw refused("seeds", "'" + value.unwrapped() + "' is no whole number");
        }
    }

    private double number(ConfigValue value, String place) {
        try {
            return Double.parseDouble(value.unwrapped().toString());
        } catch (NumberFormatException e) {
            throw refused(place, "'" + value.unwrapped() + "' is no number");
        }
    }

    private void requireKeys(ConfigObject object, String place, Set<String> known) {
        for (String key : object.keySet()) {
            if (!known.contains(key)) {
                throw refused(
                        place.isEmpty() ? key : place + "." + key,
                        "unknown key; the keys here are " + String.join(", ", known));
            }
        }
    }

    private void requireDistinct(String place, List<String> names) {
        Set<String> seen = new TreeSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw refused(place, "the name " + name + " is there twice");
            }
        }
    }

    private String address(String given) {
        return Storage.beside(file, given);
    }

    private InputException refused(String key, String reason) {
        return new InputException("cannot read the experiment " + file + ": " + key + ": " + reason);
    }
}
