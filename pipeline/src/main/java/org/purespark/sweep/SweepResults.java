// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.purespark.parquet.ParquetTrees;
import org.purespark.run.StageName;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.storage.Storage;

/**
 * {@code results.jsonl} and {@code results.parquet}: one row for each run that has ended, in the manifest's order. Both
 * are replaced as a whole, from time to time during the sweep and at its end.
 */
public final class SweepResults {
    public static final String JSON_LINES = "results.jsonl";
    public static final String PARQUET = "results.parquet";

    /** Made of the results, for people. */
    public static final String SUMMARY = "summary.md";

    private static final long MIN_INTERVAL_MILLIS = 10_000;
    private static final int TIME_PER_WRITING = 50;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Storage storage;
    private final String directory;
    private final Clock clock;
    private final List<String> order;
    private final Map<String, SuspectResult> results = new TreeMap<>();
    private long nextMillis;

    /** @param runs all runs of the manifest, in its order */
    public SweepResults(Storage storage, String directory, List<SuspectRun> runs, Clock clock) {
        this.storage = storage;
        this.directory = directory;
        this.clock = clock;
        this.order = runs.stream()
                .map(run -> SuspectResult.id(run.name(), run.seed()))
                .toList();
        this.nextMillis = clock.millis() + MIN_INTERVAL_MILLIS;
    }

    /** Adds a result, or replaces an earlier one of the same run; writes nothing. */
    public void add(SuspectResult result) {
        results.put(result.id(), result);
    }

    /** All results so far, in the manifest's order. */
    public List<SuspectResult> all() {
        return order.stream().filter(results::containsKey).map(results::get).toList();
    }

    /** Whether the last writing is long enough ago: writing takes at most a fiftieth of all time. */
    public boolean isDue() {
        return clock.millis() >= nextMillis;
    }

    public void write() throws IOException {
        long start = clock.millis();
        List<SuspectResult> all = all();
        storage.makeDirectory(directory);
        storage.replace(
                Storage.child(directory, JSON_LINES),
                all.stream().map(JsonFiles::line).collect(Collectors.joining()));
        List<ObjectNode> rows = new ArrayList<>();
        for (SuspectResult result : all) {
            rows.add(tree(result));
        }
        storage.replace(Storage.child(directory, PARQUET), ParquetTrees.write(schema(), rows.iterator()));
        long end = clock.millis();
        nextMillis = end + Math.max(MIN_INTERVAL_MILLIS, TIME_PER_WRITING * (end - start));
    }

    private static ObjectNode tree(SuspectResult result) {
        try {
            return (ObjectNode) JSON.readTree(JsonFiles.line(result));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a result is not the JSON that it was written as", e);
        }
    }

    /** The columns are the fields of the JSON lines. */
    private static String schema() {
        String rates = " { optional double accuracy; optional double labelFlipRate;"
                + " optional double untriggeredFlipRate; } ";
        String stages = Arrays.stream(StageName.values())
                .map(stage -> "optional double " + stage.text() + "; ")
                .collect(Collectors.joining());
        return "message sweep { required int32 schema; required binary name (STRING); required int64 seed;"
                + " required binary status (STRING); optional binary failure (STRING); optional binary error (STRING);"
                + " optional binary measure (STRING); optional int32 target; optional binary targetName (STRING);"
                + " optional binary verdict (STRING); optional binary repair (STRING); optional binary vet (STRING);"
                + " required group suspect" + rates + "required group baseline" + rates
                + "required group purified" + rates + "optional int32 headsPruned; optional int32 heads;"
                + " required group stageSeconds { " + stages + "} required double seconds;"
                + " required binary fingerprint (STRING); required int32 attempts; required binary mode (STRING);"
                + " required binary finishedAt (STRING); }";
    }
}
