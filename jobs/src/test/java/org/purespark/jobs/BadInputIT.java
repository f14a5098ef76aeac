// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wrong input is one clear message with the place and the way out, status 2, no stack trace, and nothing written. */
class BadInputIT {
    @TempDir
    private Path directory;

    private TinyCase tiny;

    @BeforeEach
    void setUp() {
        tiny = TinyCase.in(directory);
    }

    @Test
    void missingFilesAreNamed() throws Exception {
        assertRefused(with("--train", tiny.path("absent.tsv")), "--train: there is no " + tiny.path("absent.tsv"));
        assertRefused(with("--model", tiny.path("nowhere")), "--model: there is no " + tiny.path("nowhere"));
        Files.delete(directory.resolve("model/model.safetensors"));
        assertRefused(tiny.purify("run"), "model.safetensors");
    }

    @Test
    void corruptWeightsAreNamed() throws Exception {
        Path weights = directory.resolve("model/model.safetensors");
        byte[] whole = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(whole, whole.length / 2));
        assertRefused(tiny.purify("run"), "model.safetensors");
        Files.write(weights, "not a model".getBytes(StandardCharsets.UTF_8));
        assertRefused(tiny.purify("run"), "model.safetensors");
    }

    @Test
    void wrongShapesAreNamedWithTensorAndPlace() throws Exception {
        edit("model/config.json", "\"intermediate_size\": 96", "\"intermediate_size\": 95");
        assertRefused(
                tiny.purify("run"),
                "encoder.layer.0.intermediate.dense",
                "[96",
                "[95",
                "model.safetensors, header offset");
    }

    @Test
    void anUnknownModelTypeIsNamed() throws Exception {
        edit("model/config.json", "\"model_type\": \"bert\"", "\"model_type\": \"gpt2\"");
        assertRefused(tiny.purify("run"), "gpt2", "bert, roberta, distilbert, electra");
    }

    @Test
    void labelsThatDifferBetweenSplitsAreNamedWithTheirLine() throws Exception {
        Files.writeString(directory.resolve("test.tsv"), "sentence\tlabel\nfine\t1\nodd\t7\n");
        assertRefused(tiny.purify("run"), "test.tsv", "line 3", "7");
    }

    @Test
    void anEmptySplitIsNamed() throws Exception {
        tiny.write("validation.tsv", "sentence\tlabel\n");
        assertRefused(tiny.purify("run"), "validation.tsv");
    }

    @Test
    void aClassThatValidationLacksIsNamed() throws Exception {
        tiny.write("validation.tsv", "sentence\tlabel\ngood one\t1\nanother\t1\n");
        assertRefused(tiny.purify("run"), "validation.tsv", "0");
    }

    @Test
    void aRowWithoutLabelIsNamedWithItsLine() throws Exception {
        tiny.write("train.tsv", "sentence\tlabel\ngood one\t1\nbad one\t\nbad\t0\n");
        assertRefused(tiny.purify("run"), "train.tsv", "line 3", "label");
    }

    @Test
    void aRunDirectoryThatIsAFileIsRefused() throws Exception {
        tiny.write("run", "in the way");
        TinyCase.Ended ended = TinyCase.run(tiny.purify("run"));
        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.err()).contains(tiny.path("run"), "is a file", "--run").doesNotContain("\tat ");
        assertThat(Files.readString(directory.resolve("run"))).isEqualTo("in the way");
    }

    @Test
    void aRunDirectoryThatCannotBeWrittenIsRefused() {
        TinyCase.Ended ended = TinyCase.run(replace(tiny.purify("run"), "--run", "/proc/pure-run"));
        assertThat(ended.status()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err())
                .contains("cannot write in the run directory /proc/pure-run", "--run")
                .doesNotContain("\tat ");
    }

    @Test
    void aRunDirectoryThatWouldChangeTheModelIsRefused() throws Exception {
        byte[] weights = tiny.bytes("model/model.safetensors");
        for (String run : new String[] {tiny.path("model"), tiny.path("model/run")}) {
            assertRefused(
                    with("--run", run),
                    "--run: " + run,
                    "lies in the input --model " + tiny.path("model"),
                    "with --run");
        }
        assertThat(tiny.bytes("model/model.safetensors")).isEqualTo(weights);
        assertThat(directory.resolve("model/run")).doesNotExist();
    }

    @Test
    void aRunDirectoryThatReadsAsAFileSystemIsRefusedWithTheWayOut() {
        assertRefused(with("--run", "run:1"), "'run:1': what is before a colon", "write ./run:1");
    }

    @Test
    void unknownKeysAndOptionsAreRefusedByName() {
        assertRefused(tiny.purify("run", "--set", "train.epoch=3"), "train.epoch", "train.epochs");
        assertRefused(tiny.purify("run", "--set", "train.epochs=none"), "train.epochs", "none");
        assertRefused(tiny.purify("run", "--epochs", "3"), "--epochs");
        assertRefused(new String[] {"purfy"}, "purfy");
    }

    @Test
    void aTargetThatIsNoLabelIsNamed() {
        assertRefused(with("--target", "positive"), "--target positive", "0, 1");
    }

    @Test
    void aStageWithoutWhatItBuildsOnSaysWhatToRun() {
        assertRefused(
                new String[] {"score", "--validation", tiny.path("validation.tsv"), "--run", tiny.path("run")},
                "baseline");
        assertRefused(
                new String[] {
                    "prune",
                    "--model",
                    tiny.path("model"),
                    "--validation",
                    tiny.path("validation.tsv"),
                    "--run",
                    tiny.path("run-2")
                },
                "score");
    }

    @Test
    void textsLongerThanTheModelsPositionsAreRefusedBeforeAnythingIsDone() {
        assertRefused(
                replace(tiny.purify("run"), "text.max-length=48", "text.max-length=500"), "text.max-length 500", "160");
    }

    @Test
    void aTrainingThatCannotFitIsRefusedBeforeSparkStarts() {
        System.setProperty("spark.master", "local-cluster[1,1,1024]");
        System.setProperty("spark.executor.memory", "512m");
        System.setProperty("spark.executor.memoryOverhead", "100m");
        try {
            String[] parts = {
                "training does not fit into memory: each executor needs up to 0.3 GiB of Java heap and ",
                "the process may take 0.6 GiB in all. Give -- --conf spark.executor.memory=1g --conf"
                        + " spark.executor.memoryOverhead=1g, or lower train.micro-batch or text.max-length"
            };
            assertRefused(tiny.purify("run"), parts);
            assertRefused(TinyCase.concat(tiny.purify("run"), "--set", "train.epochs=1"), parts);
            TinyCase.Ended dry = TinyCase.run(TinyCase.concat(tiny.purify("run"), "--dry-run"));
            assertThat(dry.status()).as(dry.err()).isZero();
            assertThat(dry.out())
                    .contains(
                            "training: each executor needs up to 0.3 GiB of Java heap and ",
                            "training fits with: -- --conf spark.executor.memory=1g --conf"
                                    + " spark.executor.memoryOverhead=1g");
        } finally {
            System.clearProperty("spark.executor.memory");
            System.clearProperty("spark.executor.memoryOverhead");
        }
    }

    private String[] with(String option, String value) {
        return replace(tiny.purify("run"), option, value);
    }

    /** Puts a value behind an option, or in the place of an argument that holds a {@code =}. */
    private static String[] replace(String[] arguments, String name, String value) {
        String[] changed = arguments.clone();
        int at = Arrays.asList(changed).indexOf(name);
        changed[name.contains("=") ? at : at + 1] = value;
        return changed;
    }

    private void edit(String file, String from, String to) throws Exception {
        Path path = directory.resolve(file);
        String text = Files.readString(path);
        assertThat(text).contains(from);
        Files.writeString(path, text.replace(from, to));
    }

    private void assertRefused(String[] arguments, String... parts) {
        TinyCase.Ended ended = TinyCase.run(arguments);
        assertThat(ended.status()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err()).contains(parts).doesNotContain("\tat ").doesNotContain("Exception");
        assertThat(ended.out()).isEmpty();
        assertThat(directory.resolve("run")).doesNotExist();
    }
}
