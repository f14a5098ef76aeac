// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.parquet.ParquetTrees;
import org.purespark.run.lease.LeaseTimes;
import org.purespark.run.lease.LeasedDirectory;
import org.purespark.run.lease.RunLease;

/** Many suspects in one application, good and bad ones, on two slots. */
class SweepIT {
    private static final Path GOLDEN = TinyCase.ROOT.resolve("pipeline/src/test/resources/golden");

    @TempDir
    private Path directory;

    private TinyCase tiny;

    @BeforeEach
    void twoSlots() {
        tiny = TinyCase.onTwoSlots(directory);
    }

    @Test
    void aFailingSuspectFailsAloneWithItsOwnErrorAndTheOthersAreDone() throws Exception {
        badModels();
        tiny.write(
                "sweep.yaml",
                """
                suspects:
                  - {name: bert, model: model, seeds: [11, 12]}
                  - {name: roberta, model: roberta}
                  - {name: distilbert, model: distilbert}
                  - {name: electra, model: electra, set: {train: {epochs: 2}, penalty.lambda: 0.3}}
                  - {name: classifies, model: model, classifier: classifier.safetensors}
                  - {name: own-data, model: model, train: own.tsv, target: 0}
                  - {name: truncated, model: truncated}
                  - {name: no-weights, model: no-weights}
                  - {name: wrong-shape, model: wrong-shape}
                  - {name: diverging, model: diverging}
                  - {name: absent, model: nowhere}
                  - {name: no-such-storage, model: "nosuch://host/model"}
                  - {name: odd-target, model: model, target: positive}
                """);
        List<String> train = Files.readAllLines(directory.resolve("train.tsv"));
        tiny.write("own.tsv", String.join("\n", train.subList(0, 41)));
        TinyCase.Ended ended = TinyCase.run(sweep("sweep.yaml"));

        assertThat(ended.status()).as(ended.err()).isEqualTo(1);
        assertThat(ended.err())
                .contains(
                        "sweep: mode slots, 14 runs to do on 2 slots: enough to keep every slot busy",
                        "14 in ",
                        "at a time on average",
                        "sweep: diverging, seed 11: failed (training diverged at step 1")
                .containsOnlyOnce("sweep: diverging, seed 11: failed (")
                .doesNotContain("sweep: truncated, seed 11: failed (");
        Map<String, JsonNode> results = results();
        assertThat(results).hasSize(14);
        for (String done : List.of(
                "bert/11", "bert/12", "roberta/11", "distilbert/11", "electra/11", "classifies/11", "own-data/11")) {
            assertThat(results.get(done).get("status").asText())
                    .as(done + ended.err())
                    .isEqualTo("done");
            assertThat(results.get(done).get("purified").get("accuracy").asDouble())
                    .isBetween(0.0, 1.0);
            assertThat(results.get(done).get("stageSeconds")).hasSize(6);
            assertThat(results.get(done).get("mode").asText()).isEqualTo("slots");
        }
        assertThat(results.get("own-data/11").get("target").asInt()).isZero();
        assertThat(results.get("own-data/11").get("targetName").asText()).isEqualTo("0");
        assertThat(results.get("own-data/11").get("measure").asText()).isEqualTo("accuracy");
        assertThat(results.get("own-data/11").get("verdict").asText()).isNotEqualTo("null");
        assertThat(results.get("classifies/11").get("suspect").get("accuracy").isNull())
                .isFalse();
        assertFailed(results, "truncated/11", "input", 1, "model.safetensors");
        assertFailed(results, "no-weights/11", "input", 1, "no-weights", "model.safetensors");
        assertFailed(results, "wrong-shape/11", "input", 1, "encoder.layer.0.intermediate.dense", "[95");
        assertFailed(results, "diverging/11", "diverged", 2, "training diverged at step 1");
        assertFailed(results, "absent/11", "input", 1, "--model: there is no", "nowhere");
        assertFailed(results, "no-such-storage/11", "failed", 2, "No FileSystem for scheme \"nosuch\"");
        assertFailed(results, "odd-target/11", "input", 1, "--target positive: the labels are 0, 1");
        assertThat(ended.out())
                .contains("14 runs: 7 done, 7 failed.", "LFR fall", "failed: truncated, seed 11 (input, 1 attempt): ");
        assertThat(Files.readString(directory.resolve("out/summary.md")))
                .contains("## Failed runs", "- diverging, seed 11 (diverged, 2 attempts): training diverged");
        assertThat(directory.resolve("out/runs/bert/seed-12/purified/model.safetensors"))
                .exists();

        List<ObjectNode> parquet =
                new ParquetTrees(SparkWork.storageWithoutSpark()).read(tiny.path("out/results.parquet"));
        assertThat(parquet).hasSize(14);
        assertThat(parquet.get(1).get("seed").asLong()).isEqualTo(12);
        assertThat(parquet.get(1).get("purified").get("accuracy").asDouble())
                .isEqualTo(
                        results.get("bert/12").get("purified").get("accuracy").asDouble());
    }

    @Test
    @Tag("slow")
    void theModesGiveTheSameModelsAsPurify() throws Exception {
        tiny.write("sweep.csv", "name,model,seeds,set.penalty.lambda\none,model,11,0.5\ntwo,model,,\n");
        TinyCase.Ended slots = TinyCase.run(sweep("sweep.csv", "--mode", "slots", "--max-concurrent", "1"));
        assertThat(slots.status()).as(slots.err()).isZero();
        assertOneAtATime(results().get("one/11"), results().get("two/11"));
        TinyCase.Ended cluster = TinyCase.run(sweep("sweep.csv", "--mode", "cluster", "--out", tiny.path("cluster")));
        assertThat(cluster.status()).as(cluster.err()).isZero();
        assertThat(cluster.err()).contains("sweep: mode cluster, as asked for", "sweep: 1 of 2: ");
        assertThat(TinyCase.run(tiny.purify("alone")).status()).isZero();
        byte[] alone = tiny.bytes("alone/purified/model.safetensors");
        assertThat(tiny.bytes("out/runs/two/seed-11/purified/model.safetensors"))
                .isEqualTo(alone);
        assertThat(tiny.bytes("cluster/runs/two/seed-11/purified/model.safetensors"))
                .isEqualTo(alone);
        assertThat(tiny.bytes("out/runs/one/seed-11/purified/model.safetensors"))
                .isEqualTo(tiny.bytes("cluster/runs/one/seed-11/purified/model.safetensors"))
                .isNotEqualTo(alone);
    }

    @Test
    void aRerunDoesWhatIsNewOrChangedAndWhatFailedBefore() throws Exception {
        TinyCase.copy(GOLDEN.resolve("bert/model"), directory.resolve("changing"));
        TinyCase.copy(GOLDEN.resolve("bert/model"), directory.resolve("mended"));
        byte[] whole = tiny.bytes("mended/model.safetensors");
        Files.write(directory.resolve("mended/model.safetensors"), Arrays.copyOf(whole, 900));
        String rows =
                """
                {"name": "kept", "model": "model"}
                {"name": "changing", "model": "changing"}
                {"name": "mended", "model": "mended"}
                """;
        tiny.write("sweep.jsonl", rows);
        assertThat(TinyCase.run(sweep("sweep.jsonl")).status()).isEqualTo(1);
        Map<String, JsonNode> before = results();

        TinyCase.Ended again = TinyCase.run(sweep("sweep.jsonl"));
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).contains("runs to do: 1 (0 new, 0 changed, 1 that failed before); done already: 2");
        assertThat(results().get("kept/11")).isEqualTo(before.get("kept/11"));

        Files.write(directory.resolve("mended/model.safetensors"), whole);
        tiny.write(
                "sweep.jsonl",
                rows.replace("\"changing\"}", "\"changing\", \"set\": \"penalty.lambda=0.4\"}")
                        + "{\"name\": \"added\", \"model\": \"model\", \"seeds\": [3]}\n");
        TinyCase.Ended dry = TinyCase.run(sweep("sweep.jsonl", "--dry-run"));
        assertThat(dry.status()).isZero();
        assertThat(dry.out())
                .contains(
                        "runs to do: 3 (1 new, 2 changed, 0 that failed before); done already: 1",
                        "mode slots, 3 runs to do on 2 slots",
                        "changing, seed 11: again, because penalty.lambda is 0.4, was 0.15",
                        "mended, seed 11: again, because input model has changed",
                        "added, seed 3: new");
        assertThat(results().get("changing/11")).isEqualTo(before.get("changing/11"));

        TinyCase.Ended changed = TinyCase.run(sweep("sweep.jsonl"));
        assertThat(changed.status()).as(changed.err()).isZero();
        assertThat(changed.err()).contains("sweep: changing, seed 11: again, because penalty.lambda is 0.4, was 0.15");
        Map<String, JsonNode> after = results();
        assertThat(after.keySet()).containsExactlyInAnyOrder("kept/11", "changing/11", "mended/11", "added/3");
        assertThat(after.get("kept/11")).isEqualTo(before.get("kept/11"));
        // The baseline does not depend on the penalty: that stage was not run again.
        assertThat(after.get("changing/11").get("stageSeconds").get("baseline"))
                .isEqualTo(before.get("changing/11").get("stageSeconds").get("baseline"));
        TinyCase.Ended last = TinyCase.run(sweep("sweep.jsonl"));
        assertThat(last.status()).isZero();
        assertThat(last.err()).contains("runs to do: 0 (0 new, 0 changed, 0 that failed before); done already: 4");
        assertThat(results()).isEqualTo(after);
    }

    @Test
    void wrongManifestsAndOptionsAreRefusedBeforeAnythingIsWritten() throws Exception {
        tiny.write("sweep.csv", "name,model,tain\na,model,x\n");
        assertRefused(sweep("sweep.csv"), "sweep.csv, line 2: unknown key tain; the keys are name, model, ");
        tiny.write("sweep.csv", "name,model,set.train.epoch\na,model,2\n");
        assertRefused(
                sweep("sweep.csv"), "sweep.csv, line 2 (a): unknown key train.epoch", "did you mean train.epochs?");
        assertRefused(sweep("absent.yaml"), "--manifest: there is no " + tiny.path("absent.yaml"));
        tiny.write("sweep.csv", "name,model\na,model\n");
        assertRefused(sweep("sweep.csv", "--max-attempts", "0"), "--max-attempts is 0, expected at least 1");
        assertRefused(
                sweep("sweep.csv", "--mode", "both"), "option '--mode': expected auto, slots or cluster, found 'both'");
        assertRefused(
                new String[] {"sweep", "--manifest", tiny.path("sweep.csv"), "--out", tiny.path("out")},
                "sweep.csv, line 2 (a): no train texts; name a file in the row, or for all rows with --train");
    }

    @Test
    void aDirectoryInWhichAnotherSweepWorksIsRefused() throws Exception {
        tiny.write("sweep.csv", "name,model\na,model\n");
        LeasedDirectory place = LeasedDirectory.ofSweep(tiny.path("out"));
        try (RunLease other = RunLease.acquire(
                SparkWork.storageWithoutSpark(), place, LeaseTimes.OF_COMMANDS, Clock.systemUTC(), line -> {})) {
            TinyCase.Ended ended = TinyCase.run(sweep("sweep.csv"));
            assertThat(ended.status()).as(ended.err()).isEqualTo(2);
            assertThat(ended.err())
                    .contains("pure: the sweep's directory " + tiny.path("out") + " is in use since ")
                    .contains("name another directory with --out");
            other.ensureOwn();
        }
        assertRefused(sweep("sweep.csv", "--out", tiny.path("model")), "--out: ", "lies in the input model ");
    }

    @Test
    void aSuspectThatDoesNotFitIntoMemoryIsNamedBeforeAnythingIsWritten() throws Exception {
        tiny.write("sweep.csv", "name,model\nsmall,model\nlarge," + Shape.BILLION.directory() + "\nabsent,nowhere\n");
        TinyCase.Ended dry = TinyCase.run(sweep("sweep.csv", "--dry-run"));
        assertThat(dry.status()).as(dry.err()).isZero();
        assertThat(dry.out())
                .containsPattern(
                        "memory: this process needs up to \\d+\\.\\d GiB of Java heap and .* \\(2 runs in it at a"
                                + " time, the largest that of large: 1,2\\d\\d,\\d{3},\\d{3} parameters");
        assertRefused(
                sweep("sweep.csv"),
                "sweep.csv, line 3 (large): the sweep does not fit into memory: this process needs",
                "or take the row out");
    }

    private static void assertOneAtATime(JsonNode one, JsonNode two) {
        List<JsonNode> inOrder = Stream.of(one, two)
                .sorted(Comparator.comparing(result -> end(result)))
                .toList();
        long seconds = Math.round(1000 * inOrder.get(1).get("seconds").asDouble());
        assertThat(end(inOrder.get(1)).minusMillis(seconds)).isAfterOrEqualTo(end(inOrder.get(0)));
    }

    private static Instant end(JsonNode result) {
        return Instant.parse(result.get("finishedAt").asText()).truncatedTo(ChronoUnit.MILLIS);
    }

    private void assertRefused(String[] arguments, String... said) {
        TinyCase.Ended ended = TinyCase.run(arguments);
        assertThat(ended.status()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err()).contains(said).doesNotContain("\tat ");
        assertThat(directory.resolve("out")).doesNotExist();
    }

    private static void assertFailed(
            Map<String, JsonNode> results, String run, String failure, int attempts, String... error) {
        JsonNode result = results.get(run);
        assertThat(result.get("status").asText()).as(run).isEqualTo("failed");
        assertThat(result.get("failure").asText()).as(run).isEqualTo(failure);
        assertThat(result.get("attempts").asInt()).as(run).isEqualTo(attempts);
        assertThat(result.get("error").asText()).as(run).contains(error);
    }

    private String[] sweep(String manifest, String... more) {
        String[] options = Arrays.copyOfRange(tiny.purify("unused"), 3, tiny.purify("unused").length);
        List<String> kept = new ArrayList<>(List.of(options));
        int run = kept.indexOf("--run");
        kept.remove(run + 1);
        kept.remove(run);
        kept.addAll(0, List.of("sweep", "--manifest", tiny.path(manifest)));
        if (!List.of(more).contains("--out")) {
            kept.addAll(List.of("--out", tiny.path("out")));
        }
        return TinyCase.concat(kept.toArray(String[]::new), more);
    }

    private Map<String, JsonNode> results() throws IOException {
        Map<String, JsonNode> results = new TreeMap<>();
        for (String line : Files.readAllLines(directory.resolve("out/results.jsonl"))) {
            JsonNode result = new ObjectMapper().readTree(line);
            JsonNode before = results.put(
                    result.get("name").asText() + "/" + result.get("seed").asText(), result);
            assertThat(before).as("twice: " + line).isNull();
        }
        return results;
    }

    private void badModels() throws IOException {
        for (String family : List.of("roberta", "distilbert", "electra")) {
            TinyCase.copy(GOLDEN.resolve(family + "/model"), directory.resolve(family));
        }
        Files.copy(GOLDEN.resolve("bert/classifier.safetensors"), directory.resolve("classifier.safetensors"));
        for (String bad : List.of("truncated", "no-weights", "wrong-shape", "diverging")) {
            TinyCase.copy(GOLDEN.resolve("bert/model"), directory.resolve(bad));
        }
        byte[] whole = tiny.bytes("model/model.safetensors");
        Files.write(directory.resolve("truncated/model.safetensors"), Arrays.copyOf(whole, whole.length / 2));
        Files.delete(directory.resolve("no-weights/model.safetensors"));
        Path config = directory.resolve("wrong-shape/config.json");
        Files.writeString(
                config,
                Files.readString(config, StandardCharsets.UTF_8)
                        .replace("\"intermediate_size\": 96", "\"intermediate_size\": 95"));
        ByteBuffer weights = ByteBuffer.wrap(whole.clone()).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 8 + (int) weights.getLong(0); at < weights.capacity(); at += 4) {
            // squares of these are no float any more
            weights.putFloat(at, 1e30f);
        }
        Files.write(directory.resolve("diverging/model.safetensors"), weights.array());
    }
}
