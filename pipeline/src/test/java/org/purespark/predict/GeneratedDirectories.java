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
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.purespark.InputException;
import org.purespark.evaluate.LocalEvaluator;
import org.purespark.purify.TinyFiles;

/**
 * Tests of the directories that {@code src/test/python/make_hub_directories.py} has written, each with the logits of
 * two versions of transformers: {@code predict} gives those of one of them, or refuses the directory.
 */
public final class GeneratedDirectories {
    /** Of the largest logit. */
    private static final double TOLERANCE = 1e-4;

    /** What asks for something that is not computed; anything else must be computed. */
    private static final Set<String> REFUSED =
            Set.of("bert-relative-key-query-saved-by-5", "bert-split-special", "gpt2");

    /** Read as version 5 does by any setting; version 4 makes other special tokens of it. */
    private static final Set<String> REFUSED_AS_4 = Set.of("roberta-vocab-json");

    /** What version 5 does not compute: it leaves the vectors of distances out. */
    private static boolean isRelative(Path model) {
        return model.getFileName().toString().contains("-relative-");
    }

    private final Path directories;
    private final Path texts;
    private final Map<String, String> outcomes = new TreeMap<>();

    /**
     * @param directories one for each model
     * @param texts JSON lines, those of the logits
     */
    public GeneratedDirectories(Path directories, Path texts) {
        this.directories = directories;
        this.texts = texts;
    }

    /** With {@code text.transformers=4} and {@code 5} the logits are those of that version. */
    public List<DynamicTest> eachVersionIsFollowedIfItIsAskedFor() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> models = Files.list(directories)) {
            for (Path model : models.filter(Files::isDirectory).sorted().toList()) {
                if (!REFUSED.contains(model.getFileName().toString())) {
                    if (!isRelative(model)) {
                        tests.add(DynamicTest.dynamicTest(model.getFileName() + " as 5", () -> follow(model, "5")));
                    }
                    tests.add(DynamicTest.dynamicTest(model.getFileName() + " as 4", () -> follow(model, "4")));
                }
            }
        }
        return tests;
    }

    private void follow(Path model, String version) throws IOException {
        Path out = Files.createTempFile("predictions", ".jsonl");
        try {
            predict(model, out, "text.transformers=" + version);
            assertThat(REFUSED_AS_4.contains(model.getFileName().toString()) && version.equals("4"))
                    .isFalse();
            Map<String, Double> differences = differences(model, logits(out));
            assertThat(differences).anySatisfy((other, difference) -> {
                assertThat(other).startsWith(version + ".");
                assertThat(difference).isLessThanOrEqualTo(TOLERANCE);
            });
        } catch (InputException e) {
            assertThat(REFUSED_AS_4).contains(model.getFileName().toString());
            assertThat(e).hasMessageContaining("text.transformers=4");
        } finally {
            Files.delete(out);
        }
    }

    /** By the model's own files alone. */
    public List<DynamicTest> logitsAreThoseOfTransformersOrTheDirectoryIsRefused() throws IOException {
        try (Stream<Path> models = Files.list(directories)) {
            return models.filter(Files::isDirectory)
                    .sorted()
                    .map(model -> DynamicTest.dynamicTest(model.getFileName().toString(), () -> compare(model)))
                    .toList();
        }
    }

    private void predict(Path model, Path out, String rules) throws IOException {
        new Prediction(
                        TinyFiles.STORAGE,
                        new LocalEvaluator(TinyFiles.STORAGE, TinyFiles.DEVICE),
                        TinyFiles.settings("text.max-length=128", rules),
                        line -> {})
                .run(model.toString(), null, texts.toString(), out.toString());
    }

    /** Markdown: what came of each directory whose test has run. */
    public String table() {
        StringBuilder table = new StringBuilder("| directory | outcome |\n|---|---|\n");
        outcomes.forEach((name, outcome) ->
                table.append("| ").append(name).append(" | ").append(outcome).append(" |\n"));
        return table.toString();
    }

    private void compare(Path model) throws IOException {
        String name = model.getFileName().toString();
        Path out = Files.createTempFile("predictions", ".jsonl");
        List<List<Double>> actual;
        try {
            predict(model, out, "text.transformers=files");
            actual = logits(out);
        } catch (InputException e) {
            outcomes.put(
                    name, "refused: " + e.getMessage().replace(model + "/", "").replace("|", "\\|"));
            return;
        } finally {
            Files.delete(out);
        }
        Map<String, Double> differences = differences(model, actual);
        outcomes.put(name, "computed; differences " + differences);
        assertThat(differences.values()).as(name + " " + differences).anyMatch(difference -> difference <= TOLERANCE);
        List<String> equal = differences.entrySet().stream()
                .filter(version -> version.getValue() <= TOLERANCE)
                .map(Map.Entry::getKey)
                .toList();
        outcomes.put(
                name,
                "computed, equal to transformers " + String.join(" and ", equal)
                        + (equal.size() == differences.size() ? "" : ", which differs from the other"));
    }

    /** By version: the largest difference, as a share of the largest logit; infinite where transformers fails. */
    private static Map<String, Double> differences(Path model, List<List<Double>> actual) throws IOException {
        Map<String, Double> differences = new TreeMap<>();
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.matches("expected-.*\\.json")) {
                    JsonNode expected = new ObjectMapper().readTree(file.toFile());
                    String version = name.replaceAll("expected-(.*)\\.json", "$1");
                    differences.put(version, difference(expected.path("logits"), actual));
                }
            }
        }
        assertThat(differences).as(model + " has files expected-VERSION.json").isNotEmpty();
        return differences;
    }

    private static double difference(JsonNode expected, List<List<Double>> actual) {
        double largest = 0;
        double furthest = expected.size() == actual.size() ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            for (int c = 0; c < actual.get(i).size(); c++) {
                double right = expected.get(i).path(c).asDouble(Double.NaN);
                largest = Math.max(largest, Math.abs(right));
                furthest = Math.max(furthest, Math.abs(right - actual.get(i).get(c)));
            }
        }
        return Double.parseDouble(String.format(Locale.ROOT, "%.2g", furthest / largest));
    }

    private static List<List<Double>> logits(Path predictions) throws IOException {
        List<List<Double>> logits = new ArrayList<>();
        for (String line : Files.readAllLines(predictions)) {
            List<Double> row = new ArrayList<>();
            new ObjectMapper().readTree(line).get("logits").forEach(logit -> row.add(logit.doubleValue()));
            logits.add(row);
        }
        return logits;
    }
}
