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
 * @param configuration every setting, values as JSON, sorted by key
 * @param seed of the run
 * @param inputs by name: {@code model}, {@code train}, {@code validation}, …
 */
public record RunContext(
        Versions versions,
        SortedMap<String, JsonNode> configuration,
        long seed,
        SortedMap<String, InputFingerprint> inputs) {
    private static final String RUN_SEED = "run";

    public RunContext(Versions versions, Settings settings, SortedMap<String, InputFingerprint> inputs) {
        this(versions, ResolvedSettings.flat(settings), settings.seed(), inputs);
    }

    /**
     * Of a command that shows results and makes none: its settings are those that the stages of {@code shown} used.
     *
     * @param settings what {@code shown} does not have
     */
    public static RunContext showing(RunRecord shown, Versions versions, Settings settings) {
        SortedMap<String, JsonNode> configuration = new TreeMap<>(ResolvedSettings.flat(settings));
        configuration.putAll(shown.usedSettings());
        return new RunContext(
                versions, configuration, shown.seeds().getOrDefault(RUN_SEED, settings.seed()), new TreeMap<>());
    }

    /** The record of a run directory after this command; {@code before} is the old one, or null. */
    RunRecord record(RunRecord before) {
        SortedMap<String, InputFingerprint> all = new TreeMap<>();
        if (before != null) {
            all.putAll(before.inputs());
        }
        all.putAll(inputs);
        SortedMap<String, Long> seeds = new TreeMap<>();
        seeds.put(RUN_SEED, seed);
        StageTable table = before == null ? StageTable.empty() : before.table();
        return new RunRecord(RunRecord.SCHEMA, versions, configuration, seeds, all, table.attempts(), table.entries());
    }
}
