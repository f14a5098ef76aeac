// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One suspect in each task slot of a standalone cluster: executors in JVMs of their own, one of which is killed. */
@Tag("slow")
class ClusterSweepIT {
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final List<String> SUSPECTS = List.of("bert", "roberta", "electra", "penalized");

    @TempDir
    private Path directory;

    @Test
    void givesWhatOneJvmGivesAlsoWhenAnExecutorIsLostInTheMiddle() throws Exception {
        TinyCase tiny = TinyCase.onTwoSlots(directory);
        StringBuilder manifest = new StringBuilder("name,model,set.penalty.lambda\n");
        for (String suspect : SUSPECTS) {
            String family = suspect.equals("penalized") ? "bert" : suspect;
            manifest.append(suspect + "," + TinyCase.ROOT.resolve("pipeline/src/test/resources/golden/" + family)
                    + "/model," + (suspect.equals("penalized") ? "0.4" : "") + "\n");
        }
        tiny.write("sweep.csv", manifest.toString());
        try (TestCluster cluster = TestCluster.start(directory.resolve("on"), 2, "1g")) {
            ClusterRun run =
                    cluster.launch("run", "512m", TestCluster.Secret.RIGHT, sweep(tiny, directory.resolve("cluster")));
            run.await("the end of a suspect's run", () -> run.tape().who(Tape.Kind.TASK_DONE, "sweep: ").stream()
                    .findFirst());
            String killed = run.killExecutorIn("sweep: ");
            done(run);
            assertThat(run.err()).contains("runs to do: 4 (4 new", "sweep: mode slots, as asked for");
            assertThat(run.tape().who(Tape.Kind.TASK_START, "sweep: ")).contains("0", "1");
            assertThat(run.tape().who(Tape.Kind.TASK_LOST, "sweep: ")).containsExactly(killed);
            assertThat(run.tape().who(Tape.Kind.TASK_DONE, "sweep: ")).hasSize(SUSPECTS.size());
        }
        TinyCase.Ended local = TinyCase.run(sweep(tiny, directory.resolve("local")));
        assertThat(local.status()).as(local.err()).isZero();
        assertThat(withoutTimes("cluster")).hasSize(SUSPECTS.size()).isEqualTo(withoutTimes("local"));
        for (String suspect : SUSPECTS) {
            String result = "runs/" + suspect + "/seed-11";
            RunComparison.assertSameBytes(
                    directory.resolve("cluster").resolve(result),
                    directory.resolve("local").resolve(result));
        }
        assertThat(begunAgain()).as("stages that were begun twice").isLessThanOrEqualTo(1);
    }

    /** What the executor's loss cost: the stage that it was in, of the one run that it had. */
    private int begunAgain() throws IOException {
        int again = 0;
        for (String suspect : SUSPECTS) {
            JsonNode run = new ObjectMapper()
                    .readTree(Files.readAllBytes(directory.resolve("cluster/runs/" + suspect + "/seed-11/run.json")));
            for (JsonNode attempts : run.get("attempts")) {
                again += attempts.asInt() - 1;
            }
        }
        return again;
    }

    private List<JsonNode> withoutTimes(String out) throws IOException {
        List<JsonNode> results = new ArrayList<>();
        for (String line : Files.readAllLines(directory.resolve(out).resolve("results.jsonl"))) {
            JsonNode result = new ObjectMapper().readTree(line);
            assertThat(result.get("status").asText()).as(line).isEqualTo("done");
            results.add(((ObjectNode) result).without(List.of("seconds", "stageSeconds", "finishedAt")));
        }
        return results;
    }

    private static void done(ClusterRun run) throws Exception {
        ClusterRun.Ended ended = run.end(LONGEST);
        assertThat(ended.status()).as(ended.err()).isZero();
    }

    static String[] sweep(TinyCase tiny, Path out) {
        return new String[] {
            "sweep",
            "--manifest",
            tiny.path("sweep.csv"),
            "--out",
            out.toString(),
            "--train",
            tiny.path("train.tsv"),
            "--validation",
            tiny.path("validation.tsv"),
            "--test",
            tiny.path("test.tsv"),
            "--poisoned-test",
            tiny.path("poisoned.tsv"),
            "--target",
            "1",
            "--mode",
            "slots",
            "--set",
            "text.max-length=48",
            "--set",
            "train.micro-batch=8",
            "--set",
            "prune.group-size=3",
            "--set",
            "train.epochs=2",
            "--set",
            "probe.texts=8"
        };
    }
}
