// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.purespark.InputException;
import org.purespark.config.HoconText;

/** Reads a battery file: HOCON with one key, {@code probes}, a list of objects. */
final class BatteryParser {
    private static final String PROBES = "probes";
    private static final int LONGEST_NAME = 60;
    private static final Pattern UNSEEN = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");
    private static final Pattern SPACE = Pattern.compile("\\s");

    private final String file;

    private BatteryParser(String file) {
        this.file = file;
    }

    /**
     * The probes that a file's text describes.
     *
     * @throws InputException naming file, line, key and what is allowed
     */
    static ProbeBattery parse(String text, String file) {
        return new BatteryParser(file).battery(root(text, file));
    }

    private static ConfigObject root(String text, String file) {
        return HoconText.parse(text, "the probe battery " + file, file).root();
    }

    private ProbeBattery battery(ConfigObject root) {
        for (String key : new TreeSet<>(root.keySet())) {
            if (!key.equals(PROBES)) {
                throw wrong(root.get(key), "unknown key " + key + ": a battery file has one key, probes");
            }
        }
        if (!(root.get(PROBES) instanceof ConfigList list)) {
            throw new InputException("the probe battery " + file + " has no list of probes: write probes = ["
                    + "{name = cf, kind = word, text = cf}]");
        }
        List<Probe> probes = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>();
        for (ConfigValue value : list) {
            if (!(value instanceof ConfigObject entry)) {
                throw wrong(value, "a probe is an object such as {name = cf, kind = word, text = cf}");
            }
            Probe probe = probe(entry);
            if (!names.add(probe.name())) {
                throw wrong(entry, "there is a probe called '" + probe.name() + "' already: name each once");
            }
            probes.add(probe);
        }
        return new ProbeBattery(probes);
    }

    private Probe probe(ConfigObject entry) {
        ProbeKind kind = choice(entry, "kind", ProbeKind.values());
        for (String key : new TreeSet<>(entry.keySet())) {
            if (!kind.keys().contains(key)) {
                throw wrong(
                        entry.get(key),
                        "unknown key " + key + ": a probe of kind " + kind.text() + " has the keys "
                                + String.join(", ", kind.keys()));
            }
        }
        String name = text(entry, "name");
        if (name.isBlank()
                || name.length() > LONGEST_NAME
                || UNSEEN.matcher(name).find()) {
            throw wrong(
                    entry.get("name"),
                    "name must have 1 to " + LONGEST_NAME + " characters, all of them visible: it stands in reports");
        }
        return new Probe(name, kind, change(entry, kind));
    }

    private Change change(ConfigObject entry, ProbeKind kind) {
        return switch (kind) {
            case CASE -> new Change.Casing(choice(entry, "style", Change.Casing.SentenceStyle.values()));
            case HOMOGLYPH -> new Change.Substitution(filled(entry, "from"), text(entry, "to"));
            default -> insertion(entry, kind);
        };
    }

    private Change insertion(ConfigObject entry, ProbeKind kind) {
        String text = filled(entry, "text");
        boolean spaced = kind == ProbeKind.WORD || kind == ProbeKind.NAME || kind == ProbeKind.SENTENCE;
        if (spaced && !text.equals(text.strip())) {
            throw wrong(entry.get("text"), "text must not have spaces around it");
        }
        if (kind == ProbeKind.WORD && SPACE.matcher(text).find()) {
            throw wrong(entry.get("text"), "text must be one word without spaces (kind name takes several)");
        }
        InsertionPlace place =
                entry.containsKey("place") ? choice(entry, "place", InsertionPlace.values()) : InsertionPlace.RANDOM;
        return new Change.Insertion(text, kind.site(), place);
    }

    private String filled(ConfigObject entry, String key) {
        String text = text(entry, key);
        if (text.isEmpty()) {
            throw wrong(entry.get(key), key + " must not be empty");
        }
        return text;
    }

    private String text(ConfigObject entry, String key) {
        ConfigValue value = entry.get(key);
        if (value == null) {
            throw wrong(entry, "a probe without " + key);
        }
        if (value.valueType() != ConfigValueType.STRING) {
            throw wrong(value, key + " must be a text in quotes");
        }
        return (String) value.unwrapped();
    }

    private <E extends Enum<E>> E choice(ConfigObject entry, String key, E[] constants) {
        String text = text(entry, key);
        return Arrays.stream(constants)
                .filter(constant -> written(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> wrong(
                        entry.get(key),
                        key + " '" + text + "' is not known: choose one of "
                                + Arrays.stream(constants)
                                        .map(BatteryParser::written)
                                        .collect(Collectors.joining(", "))));
    }

    private static String written(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private InputException wrong(ConfigValue value, String what) {
        int line = value.origin().lineNumber();
        return new InputException("the probe battery " + file + (line > 0 ? ", line " + line : "") + ": " + what);
    }
}
