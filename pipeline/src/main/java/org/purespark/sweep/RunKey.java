// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.purespark.config.ResolvedSettings;
import org.purespark.config.SettingKeys;
import org.purespark.config.Settings;
import org.purespark.run.Fingerprints;

/**
 * What a run's outcome is made from. Files are compared by names, sizes and times: a sweep does not read the weights of
 * thousands of suspects to find that there is nothing to do. The run directory compares contents.
 *
 * @param settings the settings that a result depends on, values as JSON, and the target
 * @param inputs digest of the files' stamps, by name of the input; {@code absent} if there is nothing
 */
public record RunKey(TreeMap<String, String> settings, TreeMap<String, String> inputs) implements Serializable {
    static final String TARGET = "target";

    /**
     * @param target label of the attack's target class, if it is given
     * @param inputs digests by name
     */
    static RunKey of(Settings settings, Optional<String> target, Map<String, String> inputs) {
        Map<String, JsonNode> values = ResolvedSettings.flat(settings);
        TreeMap<String, String> texts = new TreeMap<>();
        SettingKeys.changingResults()
                .forEach(key -> texts.put(key, values.get(key).toString()));
        target.ifPresent(label -> texts.put(TARGET, label));
        return new RunKey(texts, new TreeMap<>(inputs));
    }

    /** SHA-256 over all parts. */
    public String fingerprint() {
        StringBuilder text = new StringBuilder("suspect run\n");
        settings.forEach((key, value) -> text.append("setting " + key + ' ' + value + '\n'));
        inputs.forEach((name, digest) -> text.append("input " + name + ' ' + digest + '\n'));
        return Fingerprints.digest(text.toString());
    }

    /** The differences from {@code before}, the key of an earlier outcome, in words; empty if there are none. */
    List<String> changesSince(RunKey before) {
        List<String> changes = new ArrayList<>();
        for (String key : union(settings, before.settings)) {
            String now = settings.get(key);
            String then = before.settings.get(key);
            if (!Objects.equals(now, then)) {
                changes.add(key + " is " + (now == null ? "not given" : now) + ", was "
                        + (then == null ? "not given" : then));
            }
        }
        for (String name : union(inputs, before.inputs)) {
            if (!inputs.containsKey(name)) {
                changes.add("input " + name + " is no longer given");
            } else if (!before.inputs.containsKey(name)) {
                changes.add("input " + name + " was not given before");
            } else if (!inputs.get(name).equals(before.inputs.get(name))) {
                changes.add("input " + name + " has changed");
            }
        }
        return changes;
    }

    private static Iterable<String> union(TreeMap<String, String> one, TreeMap<String, String> other) {
        TreeMap<String, String> all = new TreeMap<>(other);
        all.putAll(one);
        return all.keySet();
    }
}
