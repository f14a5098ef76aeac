// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sweep whose driver is killed half-way and that is run again does nothing twice and loses nothing. */
@Tag("slow")
class SweepInterruptionIT {
    private static final int ROWS = 10;

    @TempDir
    private Path directory;

    @Test
    void killedHalfWayAndRunAgainItDoesTheRestAlone() throws Exception {
        TinyCase tiny = TinyCase.onTwoSlots(directory);
        StringBuilder manifest = new StringBuilder("name,model\n");
        for (int i = 0; i < ROWS; i++) {
            manifest.append("suspect-").append(i).append(",model\n");
        }
        tiny.write("sweep.csv", manifest.toString());

        // The less a run has to do, the more of the time the sweep's own work takes.
        tiny.write(
                "few.tsv",
                String.join(
                        "\n", Files.readAllLines(directory.resolve("train.tsv")).subList(0, 25)));
        Process killed = launch(tiny, "killed.log");
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(8);
        while (outcomes().size() < 4 && killed.isAlive() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        killed.descendants().forEach(ProcessHandle::destroyForcibly);
        killed.destroyForcibly().waitFor();
        Map<String, String> before = outcomes();
        assertThat(before).as(log("killed.log")).hasSizeBetween(4, ROWS - 1);

        TinyCase.Ended again = TinyCase.run(sweep(tiny));
        assertThat(again.status()).as(again.err()).isZero();
        assertThat(again.err())
                .contains(
                        "sweep: runs to do: " + (ROWS - before.size()) + " (" + (ROWS - before.size()) + " new, ",
                        "done already: " + before.size());
        assertThat(outcomes()).hasSize(ROWS).containsAllEntriesOf(before);
        List<String> names = new ArrayList<>();
        for (String line : Files.readAllLines(directory.resolve("out/results.jsonl"))) {
            JsonNode result = new ObjectMapper().readTree(line);
            assertThat(result.get("status").asText()).isEqualTo("done");
            names.add(result.get("name").asText());
        }
        assertThat(names).hasSize(ROWS).doesNotHaveDuplicates();
        for (String name : before.keySet()) {
            JsonNode run = new ObjectMapper().readTree(tiny.bytes("out/runs/" + name + "/seed-11/run.json"));
            assertThat(run.get("attempts"))
                    .as(name + " was begun again")
                    .allSatisfy(attempts -> assertThat(attempts.asInt()).isEqualTo(1));
        }
    }

    private Process launch(TinyCase tiny, String log) throws IOException {
        String[] pure = {TinyCase.ROOT.resolve("bin/pure").toString()};
        ProcessBuilder builder =
                new ProcessBuilder(TinyCase.concat(TinyCase.concat(pure, sweep(tiny)), "--", "--master", "local[2]"));
        builder.environment().put("PURE_BUILD", "never");
        builder.environment().remove("SPARK_HOME");
        return builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve(log).toFile())
                .start();
    }

    private static String[] sweep(TinyCase tiny) {
        return new String[] {
            "sweep",
            "--manifest",
            tiny.path("sweep.csv"),
            "--train",
            tiny.path("few.tsv"),
            "--validation",
            tiny.path("validation.tsv"),
            "--set",
            "text.max-length=48",
            "--set",
            "train.epochs=1",
            "--out",
            tiny.path("out")
        };
    }

    private String log(String name) throws IOException {
        return Files.readString(directory.resolve(name));
    }

    /** Every run's outcome file, by suspect. */
    private Map<String, String> outcomes() throws IOException {
        Map<String, String> outcomes = new TreeMap<>();
        Path runs = directory.resolve("out/runs");
        if (Files.isDirectory(runs)) {
            try (Stream<Path> suspects = Files.list(runs)) {
                for (Path suspect : suspects.toList()) {
                    Path outcome = suspect.resolve("seed-11/outcome.json");
                    if (Files.exists(outcome)) {
                        outcomes.put(suspect.getFileName().toString(), Files.readString(outcome));
                    }
                }
            }
        }
        return outcomes;
    }
}
