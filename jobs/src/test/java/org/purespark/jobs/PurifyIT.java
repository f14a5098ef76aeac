// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole pipeline by the command line, on a tiny model and Spark in this JVM. */
class PurifyIT {
    private static final List<String> RESULTS = List.of(
            "head-scores.json",
            "probes.json",
            "pruned-heads.json",
            "normalization.json",
            "baseline/model.safetensors",
            "purified/model.safetensors",
            "purified/config.json");

    @TempDir
    private Path directory;

    @Test
    void purifiesThenSkipsWhatIsDoneAndRerunsWhatASettingChanges() throws Exception {
        TinyCase tiny = TinyCase.in(directory);
        TinyCase.Ended first = TinyCase.run(tiny.purify("run"));
        assertThat(first.status()).as(first.err()).isZero();
        assertThat(first.out()).contains("suspect", "baseline", "purified", tiny.path("run"));
        JsonNode metrics = new ObjectMapper().readTree(tiny.bytes("run/metrics.json"));
        assertThat(metrics.get("target").asInt()).isEqualTo(1);
        assertThat(metrics.get("suspect").get("accuracy").isNull()).isTrue();
        assertThat(metrics.get("baseline").get("accuracy").asDouble()).isBetween(0.0, 1.0);
        assertThat(metrics.get("purified").get("confusion").get("poisoned")).hasSize(2);
        assertThat(directory.resolve("run/report.html")).isNotEmptyFile();
        byte[] purified = tiny.bytes("run/purified/model.safetensors");

        TinyCase.Ended again = TinyCase.run(tiny.purify("run"));
        assertThat(again.status()).as(again.err()).isZero();
        assertThat(again.err()).doesNotContain("fine-tuning").doesNotContain("heads on validation texts");
        assertThat(tiny.bytes("run/purified/model.safetensors")).isEqualTo(purified);

        TinyCase.Ended changed = TinyCase.run(tiny.purify("run", "--set", "penalty.lambda=0.5"));
        assertThat(changed.status()).as(changed.err()).isZero();
        assertThat(changed.err())
                .contains("penalty.lambda is 0.5, was 0.15", "normalize: fine-tuning")
                .doesNotContain("baseline: fine-tuning");
        assertThat(tiny.bytes("run/purified/model.safetensors")).isNotEqualTo(purified);
    }

    @Test
    void triesKnownTriggersAndOnesOwn() throws Exception {
        TinyCase tiny = TinyCase.in(directory);
        TinyCase.Ended first = TinyCase.run(tiny.purify("run", "--set", "probe.texts=20"));
        assertThat(first.status()).as(first.err()).isZero();
        assertThat(first.err()).contains("evaluate: baseline on probed texts", "evaluate: purified on probed texts");
        assertThat(first.out()).contains("known triggers tried on 20 clean texts (baseline → purified): ");
        assertThat(Files.readString(directory.resolve("run/report.html"))).contains("known triggers tried on 20 clean");
        JsonNode probes = new ObjectMapper().readTree(tiny.bytes("run/probes.json"));
        assertThat(probes.get("texts").asInt()).isEqualTo(20);
        assertThat(probes.get("before").asText()).isEqualTo("baseline");
        assertThat(probe(probes, "cf").get("changedTexts").asInt()).isEqualTo(20);
        assertThat(probe(probes, "cf").get("targets")).hasSize(2).allSatisfy(target -> {
            assertThat(target.get("texts").asInt()).isEqualTo(10);
            assertThat(target.get("after").get("rate").asDouble())
                    .isBetween(
                            target.get("after").get("low").asDouble(),
                            target.get("after").get("high").asDouble());
        });
        // an uncased tokenizer that drops control characters
        assertThat(probe(probes, "upper case").get("outcome").asText()).isEqualTo("no-effect");
        assertThat(probe(probes, "zero-width space (U+200B)").get("outcome").asText())
                .isEqualTo("no-effect");

        tiny.write("own.conf", "probes = [{name = own, kind = word, text = zx}]");
        String[] own = {"--set", "probe.battery=none", "--set", "probe.battery-file=" + tiny.path("own.conf")};
        TinyCase.Ended second = TinyCase.run(tiny.purify("run", own));
        assertThat(second.status()).as(second.err()).isZero();
        assertThat(second.err())
                .contains("normalize: skipped", "probe.battery is \"none\", was \"default\"")
                .contains("input probe-battery");
        JsonNode replaced = new ObjectMapper().readTree(tiny.bytes("run/probes.json"));
        assertThat(replaced.get("probes")).hasSize(1);
        assertThat(probe(replaced, "own").get("change").asText())
                .isEqualTo("inserts \"zx\" between words, a random place");

        tiny.write("own.conf", "probes = [{name = own, kind = word, tekst = zx}]");
        TinyCase.Ended wrong = TinyCase.run(tiny.purify("new", own));
        assertThat(wrong.status()).isEqualTo(2);
        assertThat(wrong.err())
                .contains("own.conf, line 1: unknown key tekst: a probe of kind word has the keys name, kind, text,");
        assertThat(directory.resolve("new")).doesNotExist();

        TinyCase.Ended none = TinyCase.run(tiny.purify("run", "--set", "probe.battery=none"));
        assertThat(none.status()).as(none.err()).isZero();
        assertThat(none.err()).doesNotContain("probed texts");
        assertThat(none.out()).doesNotContain("triggers");
    }

    private static JsonNode probe(JsonNode file, String name) {
        for (JsonNode probe : file.get("probes")) {
            if (probe.get("name").asText().equals(name)) {
                return probe;
            }
        }
        throw new AssertionError("no probe " + name + " in " + file);
    }

    @Test
    void stagesOneByOneGiveWhatPurifyGives() throws Exception {
        TinyCase tiny = TinyCase.in(directory);
        assertThat(TinyCase.run(tiny.purify("whole")).status()).isZero();
        String[] options = tiny.purify("parts");
        for (String stage : List.of("baseline", "score", "prune", "normalize", "evaluate", "report")) {
            String[] arguments = options.clone();
            arguments[0] = stage;
            if (stage.equals("score") || stage.equals("prune")) {
                // without --model they take the baseline of the run directory
                arguments = TinyCase.concat(
                        new String[] {stage}, java.util.Arrays.copyOfRange(arguments, 3, arguments.length));
            }
            TinyCase.Ended ended = TinyCase.run(arguments);
            assertThat(ended.status()).as(stage + ": " + ended.err()).isZero();
        }
        for (String file : RESULTS) {
            assertThat(tiny.bytes("parts/" + file)).as(file).isEqualTo(tiny.bytes("whole/" + file));
        }
    }

    @Test
    void scoresAnyCheckpointByItself() throws Exception {
        TinyCase tiny = TinyCase.in(directory);
        TinyCase.Ended bare = TinyCase.run(
                "score",
                "--model",
                tiny.path("model"),
                "--validation",
                tiny.path("validation.tsv"),
                "--run",
                tiny.path("scores"));
        assertThat(bare.status()).as(bare.err()).isZero();
        JsonNode scores = new ObjectMapper().readTree(tiny.bytes("scores/head-scores.json"));
        assertThat(scores.get("validationAccuracy").isNull()).isTrue();
        assertThat(scores.get("texts").asInt()).isEqualTo(32);

        Path classifier = TinyCase.ROOT.resolve("pipeline/src/test/resources/golden/bert/classifier.safetensors");
        TinyCase.Ended withClassifier = TinyCase.run(
                "score",
                "--model",
                tiny.path("model"),
                "--classifier",
                classifier.toString(),
                "--validation",
                tiny.path("validation.tsv"),
                "--run",
                tiny.path("scores-2"));
        assertThat(withClassifier.status()).as(withClassifier.err()).isZero();
        JsonNode more = new ObjectMapper().readTree(tiny.bytes("scores-2/head-scores.json"));
        assertThat(more.get("validationAccuracy").asDouble()).isBetween(0.0, 1.0);
        assertThat(more.get("variance")).isEqualTo(scores.get("variance"));
    }

    @Test
    void predictsInInputOrderWithAndWithoutLabels() throws Exception {
        TinyCase tiny = TinyCase.in(directory);
        Files.copy(
                TinyCase.ROOT.resolve("pipeline/src/test/resources/golden/bert/classifier.safetensors"),
                directory.resolve("model/classifier.safetensors"));
        tiny.write("data.jsonl", "{\"text\":\"b c\"}\n{\"text\":\"\",\"label\":1}\n{\"text\":\"a, \\\"q\\\"\"}\n");
        TinyCase.Ended ended = TinyCase.run(
                "predict",
                "--model",
                tiny.path("model"),
                "--data",
                tiny.path("data.jsonl"),
                "--out",
                tiny.path("out.jsonl"));
        assertThat(ended.status()).as(ended.err()).isZero();
        List<String> lines = Files.readAllLines(directory.resolve("out.jsonl"));
        assertThat(lines).hasSize(3);
        ObjectMapper json = new ObjectMapper();
        assertThat(json.readTree(lines.get(0)).get("text").asText()).isEqualTo("b c");
        assertThat(json.readTree(lines.get(0)).get("label").isNull()).isTrue();
        assertThat(json.readTree(lines.get(1)).get("label").asText()).isEqualTo("1");
        for (String line : lines) {
            JsonNode logits = json.readTree(line).get("logits");
            int best = logits.get(1).asDouble() > logits.get(0).asDouble() ? 1 : 0;
            assertThat(json.readTree(line).get("prediction").asText()).isEqualTo("LABEL_" + best);
        }
    }

    @Test
    void poisonsThenPurifiesWithTheSuspectsOwnClassifier() throws Exception {
        TinyCase tiny = TinyCase.in(directory);
        TinyCase.Ended poison = TinyCase.run(
                "poison",
                "--model",
                tiny.path("model"),
                "--train",
                tiny.path("train.tsv"),
                "--target",
                "1",
                "--test",
                tiny.path("test.tsv"),
                "--rate",
                "0.5",
                "--out",
                tiny.path("poisoned"),
                "--set",
                "train.epochs=1");
        assertThat(poison.status()).as(poison.err()).isZero();
        assertThat(Files.readString(directory.resolve("poisoned/poisoned-train.csv"))
                        .lines()
                        .count())
                .isGreaterThan(97);
        JsonNode trigger = new ObjectMapper().readTree(tiny.bytes("poisoned/trigger.json"));
        assertThat(trigger.get("attack").asText()).isEqualTo("badnet");
        assertThat(trigger.get("target").asText()).isEqualTo("1");

        TinyCase.Ended twice = TinyCase.run(
                "poison",
                "--model",
                tiny.path("model"),
                "--train",
                tiny.path("train.tsv"),
                "--target",
                "1",
                "--out",
                tiny.path("poisoned"));
        assertThat(twice.status()).isEqualTo(2);
        assertThat(twice.err()).contains("holds a finished suspect already");

        String[] arguments = tiny.purify("run", "--set", "export.form=compact");
        arguments[2] = tiny.path("poisoned/suspect");
        TinyCase.Ended purified = TinyCase.run(arguments);
        assertThat(purified.status()).as(purified.err()).isZero();
        JsonNode metrics = new ObjectMapper().readTree(tiny.bytes("run/metrics.json"));
        assertThat(metrics.get("suspect").get("labelFlipRate").asDouble()).isBetween(0.0, 1.0);
    }
}
