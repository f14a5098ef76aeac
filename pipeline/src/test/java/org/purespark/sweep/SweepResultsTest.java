// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.metrics.Verdict.AttackState;
import org.purespark.parquet.ParquetTrees;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.storage.Storage;

class SweepResultsTest {
    private static final String OF_BEFORE = "{\"schema\":1,\"name\":\"a\",\"seed\":11,\"status\":\"done\","
            + "\"failure\":null,\"error\":null,\"target\":1,"
            + "\"suspect\":{\"accuracy\":null,\"labelFlipRate\":null},"
            + "\"baseline\":{\"accuracy\":0.9,\"labelFlipRate\":1.0},"
            + "\"purified\":{\"accuracy\":0.8,\"labelFlipRate\":0.25},\"headsPruned\":3,\"heads\":16,"
            + "\"stageSeconds\":{\"baseline\":1.5},\"seconds\":2.0,\"fingerprint\":\"f\",\"attempts\":1,"
            + "\"mode\":\"slots\",\"finishedAt\":\"2026-01-01T00:00:00Z\"}";

    @TempDir
    private Path directory;

    @Test
    void bothFilesNameMeasureTargetVerdictAndControl() throws Exception {
        Storage storage = new Storage(new Configuration(false));
        SweepResults results = new SweepResults(
                storage, directory.toString(), List.of(Sweeps.run("a"), Sweeps.run("b")), Clock.systemUTC());
        SuspectResult result = Sweeps.done("a", 11, 1.0, 0.25, 0.9, AttackState.NOT_MEASURED);
        results.add(result);
        results.add(Sweeps.failed("b", SuspectResult.Failure.INPUT, "bad"));
        results.write();

        List<String> lines = Files.readAllLines(directory.resolve(SweepResults.JSON_LINES));
        assertThat(lines.get(0))
                .contains(
                        "\"measure\":\"accuracy\",\"target\":1,\"targetName\":\"good\",\"verdict\":\"not-measured\"",
                        "\"suspect\":{\"accuracy\":0.9,\"labelFlipRate\":1.0,\"untriggeredFlipRate\":0.125}");
        assertThat(JsonFiles.parse("a", lines.get(0), SuspectResult.class, SuspectResult.SCHEMA))
                .isEqualTo(result);
        List<ObjectNode> rows = new ParquetTrees(storage)
                .read(directory.resolve(SweepResults.PARQUET).toString());
        assertThat(rows.get(0).get("measure").asText()).isEqualTo("accuracy");
        assertThat(rows.get(0).get("targetName").asText()).isEqualTo("good");
        assertThat(rows.get(0).get("verdict").asText()).isEqualTo("not-measured");
        assertThat(rows.get(0).get("purified").get("untriggeredFlipRate").asDouble())
                .isEqualTo(0.375);
        assertThat(rows.get(1).path("verdict").asText("null")).isEqualTo("null");
    }

    @Test
    void aRowWithoutTheLaterFieldsIsReadAndShown() {
        SuspectResult row = JsonFiles.parse("results.jsonl", OF_BEFORE, SuspectResult.class, SuspectResult.SCHEMA);
        assertThat(row.measure()).isNull();
        assertThat(row.verdict()).isNull();
        assertThat(row.baseline().untriggeredFlipRate()).isNull();
        assertThat(SweepSummary.of(List.of(row)).markdown())
                .contains("| a | 1 | 1 | – | – | 1.000 | 0.250 | 0.750 | – | – | – | 0.900 | 0.800 |"
                        + " 0.100 | 3.0 | 2.0 |");
    }

    @Test
    void anOutcomeWithoutTheLaterFieldsIsRead() {
        String line = JsonFiles.line(
                new SuspectOutcome(SuspectOutcome.SCHEMA, Sweeps.done("a", 11, 1.0, 0.25, 0.9), Sweeps.key("now")));
        String before = line.replace("\"measure\":\"accuracy\",", "")
                .replace("\"targetName\":\"good\",\"verdict\":\"weakened\",", "")
                .replaceAll(",\"untriggeredFlipRate\":[0-9.]+", "");
        assertThat(before).doesNotContain("\"measure\"", "verdict", "untriggered");
        SuspectResult result = JsonFiles.parse("outcome.json", before, SuspectOutcome.class, SuspectOutcome.SCHEMA)
                .result();
        assertThat(result.measure()).isNull();
        assertThat(result.purified().labelFlipRate()).isEqualTo(0.25);
    }
}
