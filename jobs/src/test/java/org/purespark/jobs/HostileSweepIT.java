// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sweep over suspects that are made to crash or to hang whoever reads them: each fails alone, executors live. */
@Tag("slow")
class HostileSweepIT {
    private static final Path RESOURCES = TinyCase.ROOT.resolve("pipeline/src/test/resources");
    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** The sample, the name that it takes in a model's directory, and a part of the message. */
    private static final Map<String, String[]> SAMPLES = Map.of(
            "tok-02-unk-missing", new String[] {"tok-02-unk-missing.tokenizer.json", "tokenizer.json", "[NOPE]"},
            "tok-03-redos", new String[] {"tok-03-redos.tokenizer.json", "tokenizer.json", "pre_tokenizer"},
            "tok-07-template-bad", new String[] {"tok-07-template-bad.tokenizer.json", "tokenizer.json", "[ZZ]"},
            "tok-oob", new String[] {"tok-oob.tokenizer.json", "tokenizer.json", "99999"},
            "layers-1e9", new String[] {"layers-1e9.config.json", "config.json", "num_hidden_layers"},
            "expand-2gb",
                    new String[] {"expand-2GB-from-10KB.pytorch_model.bin", "pytorch_model.bin", "more elements than"},
            "shard-is-parent", new String[] {"shard-is-parent.index.json", "model.safetensors.index.json", "\"..\""});

    @TempDir
    private Path directory;

    @Test
    void eachHostileSuspectFailsAloneAndTheOthersAreDone() throws Exception {
        TinyCase tiny = TinyCase.onTwoSlots(directory);
        StringBuilder manifest = new StringBuilder("name,model\n");
        manifest.append("good-1," + RESOURCES.resolve("golden/bert/model") + "\n");
        for (String name : SAMPLES.keySet()) {
            manifest.append(name + "," + hostile(name) + "\n");
        }
        manifest.append("pipe," + withPipe() + "\n");
        manifest.append("good-2," + RESOURCES.resolve("golden/electra/model") + "\n");
        tiny.write("sweep.csv", manifest.toString());
        try (TestCluster cluster = TestCluster.start(directory.resolve("on"), 2, "1g")) {
            ClusterRun run = cluster.launch(
                    "run", "512m", TestCluster.Secret.RIGHT, ClusterSweepIT.sweep(tiny, directory.resolve("out")));
            ClusterRun.Ended ended = run.end(LONGEST);
            assertThat(ended.status()).as(ended.err()).isEqualTo(1);
            assertThat(run.tape().who(Tape.Kind.EXECUTOR_REMOVED, ""))
                    .as(ended.err())
                    .isEmpty();
        }
        Map<String, JsonNode> results = results();
        assertThat(results.get("good-1").path("status").asText()).isEqualTo("done");
        assertThat(results.get("good-2").path("status").asText()).isEqualTo("done");
        SAMPLES.forEach((name, sample) -> assertFailed(results.get(name), sample[2]));
        assertFailed(results.get("pipe"), "it is a pipe or a device");
    }

    private static void assertFailed(JsonNode result, String message) {
        assertThat(result.path("status").asText()).as(result.toString()).isEqualTo("failed");
        assertThat(result.toString())
                .contains(new ObjectMapper().valueToTree(message).toString().replaceAll("^\"|\"$", ""));
    }

    private Path hostile(String name) throws IOException {
        String[] sample = SAMPLES.get(name);
        Path model = directory.resolve("suspects").resolve(name);
        TinyCase.copy(RESOURCES.resolve("golden/bert/model"), model);
        if (sample[1].startsWith("pytorch_model") || sample[1].endsWith(".index.json")) {
            Files.delete(model.resolve("model.safetensors"));
        }
        Files.copy(
                RESOURCES.resolve("hostile").resolve(sample[0]),
                model.resolve(sample[1]),
                StandardCopyOption.REPLACE_EXISTING);
        return model;
    }

    private Path withPipe() throws Exception {
        Path model = directory.resolve("suspects/pipe");
        TinyCase.copy(RESOURCES.resolve("golden/bert/model"), model);
        Files.delete(model.resolve("config.json"));
        assertThat(new ProcessBuilder("mkfifo", model.resolve("config.json").toString())
                        .start()
                        .waitFor())
                .isZero();
        return model;
    }

    private Map<String, JsonNode> results() throws IOException {
        Map<String, JsonNode> results = new TreeMap<>();
        for (String line : Files.readAllLines(directory.resolve("out/results.jsonl"))) {
            JsonNode result = new ObjectMapper().readTree(line);
            results.put(result.path("name").asText(), result);
        }
        return results;
    }
}
