// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings {@code compute} by the command line, on a tiny model and Spark in this JVM. */
class EngineIT {
    private static final Path GOLDEN = TinyCase.ROOT.resolve("pipeline/src/test/resources/golden/bert");

    @TempDir
    private Path directory;

    @Test
    void predictionsAreTheSameOnTheReferenceEngine() throws Exception {
        TinyCase tiny = TinyCase.in(directory);
        List<JsonNode> cpu = predictions(tiny, "cpu");
        List<JsonNode> reference = predictions(tiny, "reference");
        assertThat(reference).hasSameSizeAs(cpu).hasSize(32);
        for (int i = 0; i < cpu.size(); i++) {
            assertThat(reference.get(i).get("prediction")).isEqualTo(cpu.get(i).get("prediction"));
            for (int c = 0; c < 2; c++) {
                assertThat(reference.get(i).get("logits").get(c).asDouble())
                        .isCloseTo(cpu.get(i).get("logits").get(c).asDouble(), within(1e-4));
            }
        }
    }

    /** The engine for CPUs does not compute heads of this size, so it is the other one that did. */
    @Test
    void theReferenceEngineComputesHeadsOfAnySize() throws Exception {
        TinyCase tiny = TinyCase.in(directory);
        Path config = directory.resolve("model/config.json");
        String fourHeads = Files.readString(config);
        assertThat(fourHeads).contains("\"num_attention_heads\": 4", "\"hidden_size\": 48");
        Files.writeString(config, fourHeads.replace("\"num_attention_heads\": 4", "\"num_attention_heads\": 8"));
        assertThat(predictions(tiny, "reference")).hasSize(32);
    }

    @Test
    void predictionsInBfloat16AreNearAndNotTheSame() throws Exception {
        assumeThat(Files.readString(Path.of("/proc/cpuinfo"))).containsAnyOf("avx512_bf16", "amx_bf16");
        TinyCase tiny = TinyCase.in(directory);
        List<JsonNode> float32 = predictions(tiny, "cpu");
        List<JsonNode> bfloat16 = predictions(tiny, "cpu", "--set", "compute.precision=bfloat16");
        double largest = 0;
        double off = 0;
        for (int i = 0; i < float32.size(); i++) {
            for (int c = 0; c < 2; c++) {
                double right = float32.get(i).get("logits").get(c).asDouble();
                largest = Math.max(largest, Math.abs(right));
                off = Math.max(
                        off, Math.abs(bfloat16.get(i).get("logits").get(c).asDouble() - right));
            }
        }
        assertThat(off / largest).isBetween(1e-5, 0.03);
    }

    @Test
    void theReferenceEngineRefusesBfloat16() throws Exception {
        TinyCase tiny = TinyCase.in(directory);
        TinyCase.Ended ended = predict(tiny, "reference", "--set", "compute.precision=bfloat16");
        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err())
                .contains("compute.precision is bfloat16, but this task computes with the reference engine, which knows"
                        + " float32 alone: set compute.engine=cpu, or leave compute.precision at float32");
        assertThat(directory.resolve("reference.jsonl")).doesNotExist();
    }

    /** What {@code predict} says of the test texts. */
    private List<JsonNode> predictions(TinyCase tiny, String engine, String... options) throws IOException {
        TinyCase.Ended ended = predict(tiny, engine, options);
        assertThat(ended.status()).as(ended.err()).isZero();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(directory.resolve(engine + ".jsonl"))) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    private static TinyCase.Ended predict(TinyCase tiny, String engine, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "predict",
                "--model",
                tiny.path("model"),
                "--classifier",
                GOLDEN.resolve("classifier.safetensors").toString(),
                "--data",
                tiny.path("test.tsv"),
                "--out",
                tiny.path(engine + ".jsonl"),
                "--set",
                "compute.engine=" + engine));
        arguments.addAll(List.of(options));
        return TinyCase.run(arguments.toArray(String[]::new));
    }
}
