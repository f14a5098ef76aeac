// SPDX-License-Identifier: Apache-2.0
package org.purespark.predict;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.evaluate.LocalEvaluator;
import org.purespark.purify.TinyFiles;

/**
 * Directories as people save them, with the logits of stock transformers (4.57.1 and 5.24.0 agree on them): random
 * weights, at most 128 tokens.
 */
class HubDirectoriesTest {
    private static final Path HUB = Path.of("src/test/resources/hub");
    /** Of the largest logit. */
    private static final double TOLERANCE = 1e-4;

    @TempDir
    private Path directory;

    private final List<String> said = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "architectures-masked-lm",
                "config-without-architectures",
                "roberta-pad-literal",
                "tok-addedjson",
                "tok-cased",
                "tok-leftside",
                "tok-lower_nostrip",
                "tok-nochinese",
                "tok-rob_prefix_nocfg",
                "tok-tokjson_added_in_config"
            })
    void logitsAreThoseOfTransformers(String name) throws IOException {
        Path model = HUB.resolve(name);
        JsonNode expected =
                new ObjectMapper().readTree(model.resolve("expected.json").toFile());
        List<List<Double>> actual = logits(model, HUB.resolve("texts.jsonl"));
        List<String> versions = new ArrayList<>();
        expected.fieldNames().forEachRemaining(versions::add);
        assertThat(versions).isNotEmpty();
        for (String version : versions) {
            assertThat(actual).hasSize(expected.get(version).size());
            double largest = 0;
            double furthest = 0;
            for (int i = 0; i < actual.size(); i++) {
                for (int c = 0; c < actual.get(i).size(); c++) {
                    double right = expected.get(version).get(i).get(c).doubleValue();
                    largest = Math.max(largest, Math.abs(right));
                    furthest = Math.max(furthest, Math.abs(right - actual.get(i).get(c)));
                }
            }
            assertThat(furthest).as("transformers " + version).isLessThanOrEqualTo(TOLERANCE * largest);
        }
    }

    @Test
    void aHeadThatTheTensorsDecideIsSaid() throws IOException {
        logits(HUB.resolve("config-without-architectures"), HUB.resolve("texts.jsonl"));
        assertThat(said)
                .contains(HUB.resolve("config-without-architectures/config.json") + " has no \"architectures\"; the"
                        + " tensors bert.pooler.dense.weight and classifier.weight are those of"
                        + " BertForSequenceClassification, which the model is taken for");
    }

    private List<List<Double>> logits(Path model, Path texts) throws IOException {
        Path out = directory.resolve("out.jsonl");
        new Prediction(
                        TinyFiles.STORAGE,
                        new LocalEvaluator(TinyFiles.STORAGE, TinyFiles.DEVICE),
                        TinyFiles.settings("text.max-length=128"),
                        said::add)
                .run(model.toString(), null, texts.toString(), out.toString());
        List<List<Double>> logits = new ArrayList<>();
        for (String line : Files.readAllLines(out)) {
            List<Double> row = new ArrayList<>();
            new ObjectMapper().readTree(line).get("logits").forEach(logit -> row.add(logit.doubleValue()));
            logits.add(row);
        }
        return logits;
    }
}
