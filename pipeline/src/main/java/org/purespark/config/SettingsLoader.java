// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/**
 * Reads settings. A {@code --set} flag wins over the {@code --conf} file, and the file wins over the default. Files are
 * HOCON (JSON is a part of it), read through {@link Storage}; environment variables may be substituted
 * ({@code ${NAME}}).
 */
public final class SettingsLoader {
    private static final String DEFAULTS = "pure-defaults.conf";
    private static final String DEFAULT_PLACE = "default";
    private static final String FLAG_PLACE = "--set";
    private static final String THRESHOLD = "prune.threshold";
    private static final String DROP = "prune.max-accuracy-drop";
    private static final String POLICY = "prune.policy";
    private static final String SHARE = "prune.share";

    private static final String BATTERY = "probe.battery";
    private static final String BATTERY_FILE = "probe.battery-file";
    /** Found triggers are probes too. */
    private static final String EXAMINED = "purify.vet";

    private static final String PROBE_TEXTS = "probe.texts";

    private final Storage storage;
    private final SettingKeys keys = SettingKeys.all();

    public SettingsLoader(Storage storage) {
        this.storage = storage;
    }

    /** Only the defaults. */
    public static Settings defaults() {
        return new SettingsLoader(null).load(null, List.of()).settings();
    }

    /**
     * The settings of one run.
     *
     * @param file address of the {@code --conf} file, or null for none
     * @param flags the values of {@code --set}, each {@code key=value}
     * @throws InputException if the file cannot be read, or a key or value is wrong; the message has key, value, place
     *     and what is allowed
     */
    public ResolvedSettings load(String file, List<String> flags) {
        Map<String, Given> defaults = leaves(parse(readDefaults(), DEFAULTS), DEFAULTS);
        Map<String, Given> given = file == null ? new TreeMap<>() : leaves(parse(readFile(file), file), file);
        given.putAll(flags(flags));
        given.forEach(this::checkKnown);
        SortedMap<String, Object> values = new TreeMap<>();
        Map<String, String> places = new HashMap<>();
        Map<String, String> meanings = new HashMap<>();
        for (SettingKey key : keys.byName().values()) {
            Given fallback = defaults.remove(key.name());
            if (fallback == null) {
                throw new IllegalStateException(DEFAULTS + " has no default for " + key.name());
            }
            Given chosen = given.getOrDefault(key.name(), fallback);
            values.put(key.name(), value(key, chosen));
            places.put(key.name(), given.containsKey(key.name()) ? chosen.place() : DEFAULT_PLACE);
            meanings.put(key.name(), meaning(fallback.value()));
        }
        if (!defaults.isEmpty()) {
            throw new IllegalStateException(DEFAULTS + " has defaults for what no record holds: " + defaults.keySet());
        }
        chooseAccuracyLimit(values, given, places);
        requireShare(values, places);
        requireProbes(values, given, places);
        return new ResolvedSettings(keys.bind(values), places, meanings);
    }

    /** An absolute threshold switches off the default of the drop. Two limits, or none, are an error. */
    private static void chooseAccuracyLimit(
            Map<String, Object> values, Map<String, Given> given, Map<String, String> places) {
        if (values.get(THRESHOLD) != null && given.containsKey(DROP) && values.get(DROP) != null) {
            throw new InputException(THRESHOLD + " (" + places.get(THRESHOLD) + ") and " + DROP + " ("
                    + places.get(DROP) + ") are both set: give one of them, or set the other to null (--set "
                    + THRESHOLD + "=null)");
        }
        if (values.get(THRESHOLD) != null) {
            values.put(DROP, null);
            places.put(DROP, "not used, because of " + THRESHOLD);
        } else if (values.get(DROP) == null) {
            throw new InputException(
                    DROP + " (" + places.get(DROP) + ") and " + THRESHOLD + " are both null: give one of them");
        }
    }

    /** A share says nothing to searches, and the other policies cannot do without. */
    private static void requireShare(Map<String, Object> values, Map<String, String> places) {
        PolicyChoice policy = (PolicyChoice) values.get(POLICY);
        boolean searches = !policy.takesShare();
        if (searches && values.get(SHARE) != null) {
            throw new InputException(SHARE + " (" + places.get(SHARE) + ") has no effect: " + POLICY + " is "
                    + SettingKey.text(policy)
                    + " (" + places.get(POLICY) + "), which searches; set " + POLICY + " to share or layers, or leave "
                    + SHARE + " out");
        }
        if (!searches && values.get(SHARE) == null) {
            throw new InputException(POLICY + "=" + SettingKey.text(policy) + " (" + places.get(POLICY)
                    + ") needs " + SHARE + ": give the share of the heads that is pruned, such as --set " + SHARE
                    + "=0.25");
        }
    }

    /** A number of texts for probes says nothing where there are none. */
    private static void requireProbes(
            Map<String, Object> values, Map<String, Given> given, Map<String, String> places) {
        if (given.containsKey(PROBE_TEXTS)
                && values.get(BATTERY) == BuiltInProbes.NONE
                && values.get(BATTERY_FILE) == null
                && values.get(EXAMINED) == VetChoice.NONE) {
            throw new InputException(PROBE_TEXTS + " (" + places.get(PROBE_TEXTS) + ") has no effect: " + BATTERY
                    + " is none (" + places.get(BATTERY) + "), and there is no " + BATTERY_FILE + "; leave it out");
        }
    }

    private static Object value(SettingKey key, Given given) {
        try {
            return key.parse(given.value());
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    key.name() + " = " + given.text() + " (" + given.place() + "): " + e.getMessage() + "; allowed: "
                            + key.allowed(),
                    e);
        }
    }

    private void checkKnown(String name, Given given) {
        if (keys.byName().containsKey(name)) {
            return;
        }
        if (keys.isGroup(name)) {
            throw new InputException(name + " (" + given.place() + ") is a group of keys, not a key: give one of "
                    + String.join(
                            ", ", keys.byName().subMap(name + ".", name + "/").keySet()));
        }
        throw new InputException("unknown key " + name + " (" + given.place() + "): "
                + keys.nearest(name)
                        .map(near -> "did you mean " + near + "?")
                        .orElseGet(() -> "the keys are "
                                + String.join(", ", keys.byName().keySet())));
    }

    private static Map<String, Given> flags(List<String> flags) {
        Map<String, Given> found = new TreeMap<>();
        for (String flag : flags) {
            int equals = flag.indexOf('=');
            if (equals < 1) {
                throw new InputException("--set " + flag + ": expected key=value, such as --set train.epochs=2");
            }
            String key = flag.substring(0, equals).strip();
            String text = flag.substring(equals + 1).strip();
            ConfigValue value = ConfigValueFactory.fromAnyRef(text.equals("null") ? null : text);
            Given before = found.put(key, new Given(value, FLAG_PLACE));
            if (before != null) {
                throw new InputException(
                        "--set " + key + " is given twice (" + before.text() + ", then " + text + "): give it once");
            }
        }
        return found;
    }

    private static Config parse(String text, String place) {
        return HoconText.parse(text, "the settings file " + place, place);
    }

    private static Map<String, Given> leaves(Config config, String place) {
        Map<String, Given> found = new TreeMap<>();
        collect(config.root(), "", place, found);
        return found;
    }

    private static void collect(ConfigObject group, String prefix, String file, Map<String, Given> found) {
        for (Map.Entry<String, ConfigValue> entry : group.entrySet()) {
            String name = prefix + entry.getKey();
            if (entry.getValue() instanceof ConfigObject inner) {
                collect(inner, name + ".", file, found);
                continue;
            }
            Given before = found.put(name, new Given(entry.getValue(), place(entry.getValue())));
            if (before != null) {
                throw new InputException(name + " is set twice (" + before.place() + " and " + place(entry.getValue())
                        + "): set it once");
            }
        }
    }

    /** Turns the parser's "conf/a.conf: 3" (or a range of lines) into words. */
    private static String place(ConfigValue value) {
        return value.origin().description().replaceFirst(": (\\d+)(-\\d+)?$", ", line $1");
    }

    private static String meaning(ConfigValue fallback) {
        StringBuilder text = new StringBuilder();
        fallback.origin().comments().forEach(line -> text.append(line.strip()).append('\n'));
        return text.toString().strip();
    }

    private String readFile(String file) {
        try {
            return storage.readText(file, FileKind.SETTINGS);
        } catch (FileNotFoundException e) {
            throw new InputException("cannot read the settings file " + file + ": there is no such file", e);
        } catch (IOException e) {
            throw new InputException("cannot read the settings file " + file + ": " + e.getMessage(), e);
        }
    }

    private static String readDefaults() {
        try (InputStream in = SettingsLoader.class.getResourceAsStream(DEFAULTS)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + DEFAULTS + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + DEFAULTS, e);
        }
    }

    /** A value that the user gives, with its place. */
    private record Given(ConfigValue value, String place) {
        String text() {
            return value.valueType() == ConfigValueType.NULL
                    ? "null"
                    : value.unwrapped().toString();
        }
    }
}
