// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Settings in the file of an experiment, nested or with dotted keys as in a settings file. */
final class ExperimentSettings {
    static final int MOST_COMBINATIONS = 10_000;

    /** As {@code --set} has it. */
    private static final String NULL = "null";

    private static final String SEED = "seed";
    private static final String DEFENCE = "defence";
    private static final String DEFENCES = "defences";

    private final ExperimentValues values;

    ExperimentSettings(ExperimentValues values) {
        this.values = values;
    }

    /**
     * Values by the whole names of their settings; {@code null} is a value of some.
     *
     * @param value null for none
     */
    SortedMap<String, String> settings(ConfigValue value, String place) {
        SortedMap<String, String> settings = new TreeMap<>();
        leaves(value, place).forEach((key, leaf) -> settings.put(key, setting(leaf, place + "." + key)));
        return settings;
    }

    /**
     * All combinations of the values.
     *
     * @param value settings with lists of values; null for none
     */
    List<Experiment.Variation> variations(ConfigValue value, String place) {
        SortedMap<String, List<String>> choices = new TreeMap<>();
        long combinations = 1;
        for (Map.Entry<String, ConfigValue> leaf : leaves(value, place).entrySet()) {
            String key = leaf.getKey();
            List<String> given = choices(leaf.getValue(), place + "." + key);
            choices.put(key, given);
            combinations *= given.size();
            if (combinations > MOST_COMBINATIONS) {
                throw values.refused(
                        place,
                        "its values have more than " + MOST_COMBINATIONS
                                + " combinations; make several experiments of fewer values");
            }
        }
        List<Experiment.Variation> all = new ArrayList<>();
        all.add(new Experiment.Variation("", new TreeMap<>()));
        for (Map.Entry<String, List<String>> choice : choices.entrySet()) {
            List<Experiment.Variation> more = new ArrayList<>();
            for (Experiment.Variation before : all) {
                choice.getValue().forEach(one -> more.add(with(before, choice.getKey(), one)));
            }
            all = more;
        }
        return all;
    }

    private static Experiment.Variation with(Experiment.Variation before, String key, String value) {
        SortedMap<String, String> settings = new TreeMap<>(before.settings());
        settings.put(key, value);
        String name = key + "=" + value;
        return new Experiment.Variation(before.name().isEmpty() ? name : before.name() + ", " + name, settings);
    }

    private List<String> choices(ConfigValue value, String place) {
        if (!(value instanceof ConfigList list) || list.isEmpty()) {
            throw values.refused(place, "expected a list of values");
        }
        List<String> choices =
                list.stream().map(choice -> setting(choice, place)).toList();
        values.requireDistinct(place, "the value", choices);
        return choices;
    }

    private String setting(ConfigValue value, String place) {
        return value.valueType() == ConfigValueType.NULL ? NULL : values.scalar(value, place);
    }

    private SortedMap<String, ConfigValue> leaves(ConfigValue value, String place) {
        SortedMap<String, ConfigValue> leaves = new TreeMap<>();
        if (value != null) {
            collect(values.object(value, place), "", place, leaves);
        }
        return leaves;
    }

    private void collect(ConfigObject group, String prefix, String place, SortedMap<String, ConfigValue> leaves) {
        for (Map.Entry<String, ConfigValue> entry : group.entrySet()) {
            String key = prefix + entry.getKey();
            if (entry.getValue() instanceof ConfigObject inner) {
                collect(inner, key + ".", place, leaves);
                continue;
            }
            if (key.indexOf('=') >= 0) {
                throw values.refused(place + "." + key, "no setting's name has an equals sign");
            }
            if (key.equals(SEED)) {
                throw values.refused(place + "." + key, "the seeds are those of the key seeds; leave it out here");
            }
            if (key.equals(DEFENCE) && !place.startsWith(DEFENCES)) {
                throw values.refused(
                        place + "." + key, "the defences are those of the key " + DEFENCES + "; leave it out here");
            }
            if (leaves.put(key, entry.getValue()) != null) {
                throw values.refused(place + "." + key, "it is set twice; set it once");
            }
        }
    }
}
