// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a stage's result depends on.
 *
 * @param settings the settings that it reads, and the options ({@code --target}), values as JSON
 * @param inputs digest of each input, by name ({@code model}, {@code train}, …)
 * @param upstream digest of the outputs of each stage whose results it uses
 */
public record StageKey(
        StageName stage,
        SortedMap<String, JsonNode> settings,
        SortedMap<String, String> inputs,
        SortedMap<StageName, String> upstream) {
    public StageKey {
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
        inputs = Collections.unmodifiableSortedMap(new TreeMap<>(inputs));
        upstream = Collections.unmodifiableSortedMap(new TreeMap<>(upstream));
    }

    /**
     * The key of a stage with these needs.
     *
     * @param upstream digest of the outputs of each stage in {@link StageNeeds#upstream()}
     */
    static StageKey of(StageNeeds needs, RunContext context, Map<StageName, String> upstream) {
        SortedMap<String, JsonNode> settings = new TreeMap<>();
        Map<String, JsonNode> configuration = context.configuration();
        needs.stage().settings().forEach(key -> settings.put(key, configuration.get(key)));
        needs.options().forEach((name, value) -> settings.put(name, TextNode.valueOf(value)));
        SortedMap<String, String> digests = new TreeMap<>();
        for (String name : needs.inputs()) {
            InputFingerprint input = context.inputs().get(name);
            if (input == null) {
                throw new IllegalArgumentException("stage " + needs.stage().text() + ": no input " + name + " among "
                        + context.inputs().keySet());
            }
            digests.put(name, input.digest());
        }
        return new StageKey(needs.stage(), settings, digests, new TreeMap<>(upstream));
    }

    /** SHA-256 over all parts. */
    public String fingerprint() {
        StringBuilder text = new StringBuilder("stage " + stage.text() + '\n');
        settings.forEach((key, value) -> text.append("setting " + key + ' ' + value + '\n'));
        inputs.forEach((name, digest) -> text.append("input " + name + ' ' + digest + '\n'));
        upstream.forEach((name, digest) -> text.append("upstream " + name.text() + ' ' + digest + '\n'));
        return Fingerprints.digest(text.toString());
    }
}
