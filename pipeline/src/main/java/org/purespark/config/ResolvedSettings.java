// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Settings after files and flags are read, with the place that each value comes from. */
public final class ResolvedSettings {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Settings settings;
    private final SortedMap<String, JsonNode> values;
    private final Map<String, String> places;
    private final Map<String, String> meanings;

    ResolvedSettings(Settings settings, Map<String, String> places, Map<String, String> meanings) {
        this.settings = settings;
        this.values = flat(settings);
        this.places = Map.copyOf(places);
        this.meanings = Map.copyOf(meanings);
    }

    public Settings settings() {
        return settings;
    }

    /** Every key with its value as JSON (number, true or false, text, null), sorted by key. */
    public SortedMap<String, JsonNode> values() {
        return values;
    }

    /** Every key with its value, as one flat JSON object sorted by key: this is stored with a run. */
    public String toJson() {
        try {
            return JSON.writeValueAsString(values);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("settings cannot be written as JSON", e);
        }
    }

    /** Where the value of {@code key} comes from: {@code default}, {@code --set}, or a file with the line. */
    public String place(String key) {
        return known(places, key);
    }

    /** {@code key = value (place)}, and below it what the key means, its unit, range and source. */
    public String describe(String key) {
        String meaning = known(meanings, key);
        return key + " = " + values.get(key).asText() + " (" + places.get(key) + ")\n"
                + meaning.indent(4).stripTrailing();
    }

    /** The settings as flat key-value pairs, sorted by key. */
    public static SortedMap<String, JsonNode> flat(Settings settings) {
        SortedMap<String, JsonNode> flat = new TreeMap<>();
        SettingKeys.all().values(settings).forEach((key, value) -> flat.put(key, json(value)));
        return Collections.unmodifiableSortedMap(flat);
    }

    private static JsonNode json(Object value) {
        try {
            // through its text, so that a value has the same number type as one that is read from a file
            return JSON.readTree(JSON.writeValueAsString(value instanceof Enum<?> ? SettingKey.text(value) : value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a setting cannot be written as JSON: " + value, e);
        }
    }

    private static String known(Map<String, String> map, String key) {
        String found = map.get(key);
        if (found == null) {
            throw new IllegalArgumentException("no setting is called " + key);
        }
        return found;
    }
}
