// SPDX-License-Identifier: Apache-2.0
package org.purespark.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.purespark.InputException;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.evaluate.LocalEvaluator;
import org.purespark.purify.TinyFiles;

/** Adapters that {@code src/test/python/make_adapters.py} writes with peft, with the logits of the merged models. */
class AdaptersTest {
    private static final Path ADAPTERS = Path.of("src/test/resources/adapters");
    private static final Path TEXTS = Path.of("src/test/resources/hub/texts.jsonl");
    /** Of the largest logit. */
    private static final double TOLERANCE = 1e-4;

    @TempDir
    private Path directory;

    private final List<String> said = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bert-plain",
                "bert-dora-all",
                "bert-patterns",
                "bert-words-bin",
                "roberta-plain",
                "roberta-rslora-all",
                "distilbert-plain",
                "modernbert-plain",
                "modernbert-dora",
                "deberta-v2-plain"
            })
    void logitsAreThoseOfTheModelThatPeftMerges(String name) throws IOException {
        Path adapter = ADAPTERS.resolve(name);
        JsonNode expected =
                new ObjectMapper().readTree(adapter.resolve("expected.json").toFile());
        String base = ADAPTERS.resolve(expected.get("base").textValue()).toString();
        List<List<Double>> actual = logits(new ModelAddress(adapter.toString(), null, base));
        assertThat(actual).hasSize(expected.get("logits").size());
        double largest = 0;
        double furthest = 0;
        for (int i = 0; i < actual.size(); i++) {
            JsonNode row = expected.get("logits").get(i);
            assertThat(actual.get(i)).hasSize(row.size());
            for (int c = 0; c < row.size(); c++) {
                largest = Math.max(largest, Math.abs(row.get(c).doubleValue()));
                furthest = Math.max(
                        furthest,
                        Math.abs(row.get(c).doubleValue() - actual.get(i).get(c)));
            }
        }
        assertThat(furthest).isLessThanOrEqualTo(TOLERANCE * largest);
        assertThat(said).noneMatch(line -> line.contains("unexpected"));
    }

    @Test
    void aBaseModelBesideTheAdapterIsFoundByItsName() throws IOException {
        Path adapter = ADAPTERS.resolve("bert-plain");
        assertThat(logits(ModelAddress.of(adapter.toString())))
                .isEqualTo(logits(new ModelAddress(
                        adapter.toString(), null, ADAPTERS.resolve("bert-base").toString())));
    }

    @Test
    void aBaseModelOfAHubIsAskedFor() {
        String adapter = ADAPTERS.resolve("bert-dora-all").toString();
        assertThatThrownBy(() -> logits(ModelAddress.of(adapter)))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read model " + adapter + ": it is an adapter of \"someone/a-base\"; name the"
                        + " directory of its base model with --base-model");
    }

    private List<List<Double>> logits(ModelAddress model) throws IOException {
        Path out = directory.resolve("out.jsonl");
        new Prediction(
                        TinyFiles.STORAGE,
                        new LocalEvaluator(TinyFiles.STORAGE, TinyFiles.DEVICE),
                        TinyFiles.settings("text.max-length=128"),
                        said::add)
                .run(model, TEXTS.toString(), out.toString());
        List<List<Double>> logits = new ArrayList<>();
        for (String line : Files.readAllLines(out)) {
            List<Double> row = new ArrayList<>();
            new ObjectMapper().readTree(line).get("logits").forEach(logit -> row.add(logit.doubleValue()));
            logits.add(row);
        }
        return logits;
    }
}
