// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.config.ResolvedSettings;
import org.purespark.config.Settings;

/**
 * Versions, settings and inputs of one command.
 *
 * @param versions of the programs
 * @param settings resolved
 * @param inputs by name: {@code model}, {@code train}, {@code validation}, …
 */
public record RunContext(Versions versions, Settings settings, SortedMap<String, InputFingerprint> inputs) {
    /** Every setting, values as JSON, sorted by key. */
    public SortedMap<String, JsonNode> configuration() {
        return ResolvedSettings.flat(settings);
    }

    /** The record of a run directory after this command; {@code before} is the old one, or null. */
    RunRecord record(RunRecord before) {
        SortedMap<String, InputFingerprint> all = new TreeMap<>();
        if (before != null) {
            all.putAll(before.inputs());
        }
        all.putAll(inputs);
        SortedMap<String, Long> seeds = new TreeMap<>();
        seeds.put("run", settings.seed());
        StageTable table = before == null ? StageTable.empty() : before.table();
        return new RunRecord(
                RunRecord.SCHEMA, versions, configuration(), seeds, all, table.attempts(), table.entries());
    }
}
