// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code run.json}: what a run directory is made from, and which stages are finished.
 *
 * @param schema 1
 * @param versions of the stage that was started last
 * @param configuration all settings of that stage, values as JSON, sorted by key
 * @param seeds {@code run} is the one seed, which decides everything that is random
 * @param inputs every input of a stage, the latest one of each name
 * @param attempts how often each stage was started
 * @param stages the finished stages: the stage table
 */
public record RunRecord(
        int schema,
        Versions versions,
        SortedMap<String, JsonNode> configuration,
        SortedMap<String, Long> seeds,
        SortedMap<String, InputFingerprint> inputs,
        SortedMap<StageName, Integer> attempts,
        SortedMap<StageName, StageEntry> stages) {
    public static final int SCHEMA = 1;

    public RunRecord {
        Objects.requireNonNull(versions, "versions is null");
        configuration = copy("configuration", configuration);
        seeds = copy("seeds", seeds);
        inputs = copy("inputs", inputs);
        attempts = copy("attempts", attempts);
        stages = copy("stages", stages);
    }

    private static <K, V> SortedMap<K, V> copy(String field, SortedMap<K, V> map) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(Objects.requireNonNull(map, field + " is null")));
    }

    /**
     * The settings that the finished stages used, the latest stage's of each; those that no result depends on are the
     * configuration's. The report has none of its own.
     */
    public SortedMap<String, JsonNode> usedSettings() {
        SortedMap<String, JsonNode> used = new TreeMap<>(configuration);
        stages.forEach((stage, entry) -> {
            if (stage != StageName.REPORT) {
                entry.settings().forEach((key, value) -> used.computeIfPresent(key, (k, old) -> value));
            }
        });
        return used;
    }

    StageTable table() {
        return new StageTable(attempts, stages);
    }

    RunRecord with(StageTable table) {
        return new RunRecord(schema, versions, configuration, seeds, inputs, table.attempts(), table.entries());
    }
}
