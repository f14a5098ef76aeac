// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.purespark.InputException;
import org.purespark.purify.Inputs;
import org.purespark.storage.Storage;

/** Makes a suspect from the fields of a manifest row. */
final class SuspectFields {
    static final String NAME = "name";
    static final String TARGET = "target";
    static final String SEEDS = "seeds";
    static final String SET = "set";

    private static final String KNOWN =
            NAME + ", " + String.join(", ", Inputs.NAMES) + ", " + TARGET + ", " + SEEDS + ", " + SET + " and set.KEY";
    private static final Pattern SAFE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private final String manifest;

    /** @param manifest address of the manifest, against which relative addresses are resolved */
    SuspectFields(String manifest) {
        this.manifest = manifest;
    }

    Suspect suspect(ManifestRow row) {
        Map<String, String> texts = new TreeMap<>();
        SortedMap<String, String> settings = new TreeMap<>();
        List<Long> seeds = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : row.fields().properties()) {
            String key = field.getKey().strip();
            if (field.getValue().isNull() && !key.startsWith(SET + ".")) {
                checkKnown(row, key);
            } else if (key.equals(SEEDS)) {
                seeds.addAll(seeds(row, field.getValue()));
            } else if (key.equals(SET)) {
                set(row, field.getValue(), settings);
            } else if (key.startsWith(SET + ".")) {
                setColumn(row, key.substring(SET.length() + 1), field.getValue(), settings);
            } else {
                checkKnown(row, key);
                texts.put(key, text(row, key, field.getValue()));
            }
        }
        if (!seeds.isEmpty() && settings.containsKey("seed")) {
            throw new InputException(row.place() + ": seeds and the setting seed are both given: give one of them");
        }
        String name = name(row, texts.get(NAME));
        return new Suspect(row.place() + " (" + name + ")", name, inputs(row, texts), settings, seeds);
    }

    private static void checkKnown(ManifestRow row, String key) {
        if (!Inputs.NAMES.contains(key) && !List.of(NAME, TARGET, SEEDS, SET).contains(key)) {
            throw new InputException(row.place() + ": unknown key " + key + "; the keys are " + KNOWN);
        }
    }

    private static String name(ManifestRow row, String name) {
        if (name == null) {
            throw new InputException(row.place() + ": the suspect has no name");
        }
        if (!SAFE_NAME.matcher(name).matches()) {
            throw new InputException(row.place() + ": the name '" + name + "' is no safe directory name; use up to 100"
                    + " letters (a to z), digits, '.', '_' and '-', beginning with a letter or digit");
        }
        return name;
    }

    private Inputs inputs(ManifestRow row, Map<String, String> texts) {
        if (!texts.containsKey(Inputs.MODEL)) {
            throw new InputException(row.place() + ": no model is given; name the suspect's directory");
        }
        Inputs.Builder inputs = Inputs.builder().target(texts.get(TARGET));
        for (String name : Inputs.NAMES) {
            inputs.address(name, address(row, name, texts));
        }
        return inputs.build();
    }

    private String address(ManifestRow row, String key, Map<String, String> texts) {
        String address = texts.get(key);
        try {
            return address == null ? null : Storage.beside(manifest, address);
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    row.place() + ", key " + key + ": '" + address + "' is no address (" + e.getMessage() + ")", e);
        }
    }

    private static List<Long> seeds(ManifestRow row, JsonNode value) {
        List<String> texts = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(item -> texts.add(text(row, SEEDS, item)));
        } else {
            texts.addAll(List.of(text(row, SEEDS, value).strip().split("[\\s,;]+")));
        }
        List<Long> seeds = new ArrayList<>();
        for (String text : texts) {
            long seed;
            try {
                seed = Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new InputException(
                        row.place() + ", key seeds: '" + text
                                + "' is no 64-bit whole number; give a list such as 11 12 13",
                        e);
            }
            if (seeds.contains(seed)) {
                throw new InputException(row.place() + ", key seeds: " + seed + " is given twice");
            }
            seeds.add(seed);
        }
        if (seeds.isEmpty()) {
            throw new InputException(row.place() + ", key seeds: the list is empty; leave it out or name a seed");
        }
        return seeds;
    }

    /**
     * A map, dotted or nested; or pairs {@code key=value}, as a list or as one text with blanks or semicolons between.
     */
    private static void set(ManifestRow row, JsonNode value, SortedMap<String, String> settings) {
        if (value.isObject()) {
            for (Map.Entry<String, JsonNode> entry : value.properties()) {
                group(row, entry.getKey(), entry.getValue(), settings);
            }
            return;
        }
        List<String> pairs = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(item -> pairs.add(text(row, SET, item)));
        } else {
            pairs.addAll(List.of(text(row, SET, value).strip().split("[\\s;]+")));
        }
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new InputException(
                        row.place() + ", key set: '" + pair + "' is no key=value, such as train.epochs=2");
            }
            put(
                    row,
                    pair.substring(0, equals).strip(),
                    pair.substring(equals + 1).strip(),
                    settings);
        }
    }

    private static void group(ManifestRow row, String key, JsonNode value, SortedMap<String, String> settings) {
        if (value.isObject()) {
            for (Map.Entry<String, JsonNode> entry : value.properties()) {
                group(row, key + "." + entry.getKey(), entry.getValue(), settings);
            }
        } else {
            put(row, key, value.isNull() ? "null" : text(row, SET + "." + key, value), settings);
        }
    }

    /** The column {@code set.KEY}: if the cell is empty, the row has no such setting. */
    private static void setColumn(ManifestRow row, String key, JsonNode value, SortedMap<String, String> settings) {
        if (!value.isNull()) {
            group(row, key, value, settings);
        }
    }

    private static void put(ManifestRow row, String key, String value, SortedMap<String, String> settings) {
        String before = settings.put(key, value);
        if (before != null) {
            throw new InputException(
                    row.place() + ": the setting " + key + " is given twice (" + before + ", then " + value + ")");
        }
    }

    private static String text(ManifestRow row, String key, JsonNode value) {
        if (!value.isValueNode() || value.isNull()) {
            throw new InputException(row.place() + ", key " + key + ": a single value is expected");
        }
        String text = value.asText().strip();
        if (text.isEmpty()) {
            throw new InputException(row.place() + ", key " + key + ": the value is empty; leave the key out");
        }
        return text;
    }
}
