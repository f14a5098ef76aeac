// SPDX-License-Identifier: Apache-2.0
package org.purespark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.purespark.config.ResolvedSettings;
import org.purespark.config.SettingsLoader;

class ResumeTest {
    private static final List<StageName> ALL = List.of(StageName.values());
    private static final Set<String> EVERYWHERE = Set.of(
            "seed",
            "data.validation-share",
            "data.train-share",
            "compute.precision",
            "text.max-length",
            "text.labels",
            "text.text-column",
            "text.pair-column",
            "text.transformers",
            "text.label-column",
            "data.delimiter",
            "compute.cuda-products",
            "task.kind",
            "task.label-threshold",
            "task.score-loss",
            "task.score-measure",
            "task.score-shift");

    private static final Set<String> NOWHERE = Set.of(
            "train.checkpoint-interval-steps",
            "compute.engine",
            "compute.gradient-exchange",
            "data.max-rows",
            "data.max-text-megabytes",
            "export.bom",
            "export.card",
            "export.mlflow-url",
            "export.mlflow-experiment",
            "export.mlflow-model",
            "export.openlineage-url",
            "export.signing-key");

    /** Another value of every key. */
    private static final Map<String, String> OTHERS = Map.ofEntries(
            Map.entry("seed", "12"),
            Map.entry("data.validation-share", "0.2"),
            Map.entry("data.train-share", "0.5"),
            Map.entry("data.max-rows", "1000000"),
            Map.entry("data.max-text-megabytes", "100"),
            Map.entry("text.max-length", "64"),
            Map.entry("text.labels", "\"0=LABEL_1,1=LABEL_0\""),
            Map.entry("text.text-column", "review"),
            Map.entry("text.pair-column", "answer"),
            Map.entry("text.transformers", "5"),
            Map.entry("text.label-column", "sentiment"),
            Map.entry("data.delimiter", "|"),
            Map.entry("task.kind", "multi-label"),
            Map.entry("task.label-threshold", "0.4"),
            Map.entry("task.score-loss", "binary-cross-entropy"),
            Map.entry("task.score-measure", "ndcg"),
            Map.entry("task.score-shift", "0.5"),
            Map.entry("train.epochs", "4"),
            Map.entry("train.learning-rate", "3e-5"),
            Map.entry("train.weight-decay", "0"),
            Map.entry("train.clip-norm", "2"),
            Map.entry("train.warm-up-share", "0.1"),
            Map.entry("train.micro-batch", "16"),
            Map.entry("train.micro-batches-per-step", "2"),
            Map.entry("train.shuffle", "false"),
            Map.entry("train.adam-beta1", "0.8"),
            Map.entry("train.adam-beta2", "0.99"),
            Map.entry("train.adam-epsilon", "1e-6"),
            Map.entry("train.classifier-dropout", "0"),
            Map.entry("train.checkpoint-interval-steps", "100"),
            Map.entry("prune.group-size", "5"),
            Map.entry("score.scorer", "gradient"),
            Map.entry("score.samples", "3"),
            Map.entry("prune.price", "0.02"),
            Map.entry("prune.measurements", "50"),
            Map.entry("prune.policy", "share"),
            Map.entry("prune.share", "0.3"),
            Map.entry("prune.threshold", "0.85"),
            Map.entry("prune.max-accuracy-drop", "0.02"),
            Map.entry("defence", "ft"),
            Map.entry("penalty.lambda", "0.3"),
            Map.entry("repair.rate-factor", "3"),
            Map.entry("repair.entropy-epochs", "2"),
            Map.entry("repair.new-layers", "2"),
            Map.entry("repair.dormant-share", "0.2"),
            Map.entry("repair.suspect-share", "0.3"),
            Map.entry("repair.replaced-words", "100"),
            Map.entry("repair.teacher-weight", "2"),
            Map.entry("repair.trial-texts", "100"),
            Map.entry("evaluate.batch-texts", "64"),
            Map.entry("probe.battery", "none"),
            Map.entry("probe.battery-file", "my-probes.conf"),
            Map.entry("probe.texts", "50"),
            Map.entry("compute.engine", "reference"),
            Map.entry("compute.gradient-exchange", "nccl"),
            Map.entry("compute.cuda-products", "tf32"),
            Map.entry("compute.precision", "bfloat16"),
            Map.entry("export.bom", "cyclonedx"),
            Map.entry("export.card", "model-index"),
            Map.entry("export.signing-key", "key.pem"),
            Map.entry("export.mlflow-url", "\"http://localhost:5000\""),
            Map.entry("export.mlflow-experiment", "mine"),
            Map.entry("export.mlflow-model", "mine"),
            Map.entry("export.openlineage-url", "\"http://localhost:5000/api/v1/lineage\""),
            Map.entry("vet.texts", "32"),
            Map.entry("vet.budget-texts", "1000"),
            Map.entry("vet.trigger-tokens", "2"),
            Map.entry("purify.vet", "suspect"),
            Map.entry("purify.vet-calibration", "vet-calibration.json"),
            Map.entry("export.form", "compact"));

    @TempDir
    Path root;

    private FakePipeline pipeline;

    @BeforeEach
    void pipeline() throws IOException {
        pipeline = new FakePipeline(root);
    }

    static Stream<String> keys() {
        return ResolvedSettings.flat(SettingsLoader.defaults()).keySet().stream();
    }

    @Test
    void secondRunSkipsEverything() throws IOException {
        assertThat(pipeline.purify()).isEqualTo(ALL);
        Map<String, String> before = files();
        assertThat(pipeline.purify()).isEmpty();
        assertThat(files()).isEqualTo(before);
        assertThat(pipeline.messages).contains("report: skipped, complete since 2026-01-02T03:04:22.500Z");
    }

    @ParameterizedTest
    @MethodSource("keys")
    void changedKeyRunsTheStagesThatReadItAndThoseDownstreamAgain(String key) throws IOException {
        pipeline.purify();
        pipeline.messages.clear();
        assertThat(OTHERS).containsKey(key);
        assertThat(pipeline.purify(changed(key))).isEqualTo(expectedFor(key));
        assertThat(pipeline.messages).hasSameSizeAs(ALL);
        if (!expectedFor(key).isEmpty()) {
            assertThat(pipeline.messages)
                    .anyMatch(line -> line.contains("runs again, because ") && line.contains(key + " is "));
        }
        assertThat(pipeline.purify(changed(key))).isEmpty();
    }

    /** A share and the policies that use it come together. */
    private static String[] changed(String key) {
        String[] both = {"prune.policy=" + OTHERS.get("prune.policy"), "prune.share=" + OTHERS.get("prune.share")};
        return both[0].startsWith(key + "=") || both[1].startsWith(key + "=")
                ? both
                : new String[] {key + "=" + OTHERS.get(key)};
    }

    private static List<StageName> expectedFor(String key) {
        if (EVERYWHERE.contains(key)) {
            return ALL;
        }
        if (NOWHERE.contains(key)) {
            return List.of();
        }
        return switch (key.replaceFirst("\\..*", "")) {
            case "train" -> ALL.subList(ALL.indexOf(StageName.BASELINE), ALL.size());
            case "evaluate", "score" -> ALL.subList(ALL.indexOf(StageName.SCORE), ALL.size());
            case "prune" -> ALL.subList(ALL.indexOf(StageName.PRUNE), ALL.size());
            case "defence", "repair", "penalty", "export" -> ALL.subList(ALL.indexOf(StageName.NORMALIZE), ALL.size());
                // The report shows an examination; no stage of the repair depends on it.
            case "vet", "purify" -> List.of(StageName.VET, StageName.REPORT);
            case "probe" -> ALL.subList(ALL.indexOf(StageName.EVALUATE), ALL.size());
            default -> throw new AssertionError("no expectation for " + key);
        };
    }

    @Test
    void changedInputRunsTheStagesThatReadItAndThoseDownstreamAgain() throws IOException {
        pipeline.purify();
        Files.writeString(pipeline.inputs.resolve("test.tsv"), "text\tlabel\nworse\t0\n");
        pipeline.messages.clear();
        assertThat(pipeline.purify()).containsExactly(StageName.EVALUATE, StageName.REPORT);
        assertThat(pipeline.messages.get(ALL.indexOf(StageName.EVALUATE)))
                .startsWith("evaluate: runs again, because input test has changed " + "(sha256 ");
        assertThat(pipeline.messages.get(ALL.indexOf(StageName.REPORT)))
                .isEqualTo("report: runs again, because the result of stage evaluate has changed");
    }

    @Test
    void movedInputIsTheSameInput() throws IOException {
        pipeline.purify();
        Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
        Files.move(pipeline.inputs, elsewhere.resolve("inputs"));
        Files.createSymbolicLink(pipeline.inputs, elsewhere.resolve("inputs"));
        assertThat(pipeline.purify()).isEmpty();
    }

    @Test
    void settingsPutBackRunAgainWithTheOldResult() throws IOException {
        pipeline.purify();
        Map<String, String> first = outputs();
        pipeline.purify("penalty.lambda=0.3");
        assertThat(outputs()).isNotEqualTo(first);
        assertThat(pipeline.purify()).containsExactly(StageName.NORMALIZE, StageName.EVALUATE, StageName.REPORT);
        assertThat(outputs()).isEqualTo(first);
    }

    @ParameterizedTest
    @EnumSource(StageName.class)
    void killBetweenFilesAndTableIsMadeGoodByRunningAgain(StageName stage) throws IOException {
        assertThatThrownBy(() -> pipeline.purify(stage, "penalty.lambda=0.2")).isInstanceOf(FakePipeline.Killed.class);
        assertThat(pipeline.open().table().entry(stage)).isEmpty();
        pipeline.messages.clear();
        assertThat(pipeline.purify("penalty.lambda=0.2")).isEqualTo(ALL.subList(ALL.indexOf(stage), ALL.size()));
        assertThat(pipeline.messages.get(ALL.indexOf(stage)))
                .isEqualTo(stage.text() + ": runs again, because an earlier attempt did not finish");
        assertThat(pipeline.open().table().entry(stage).orElseThrow().attempts())
                .isEqualTo(2);

        FakePipeline undisturbed = new FakePipeline(Files.createDirectory(root.resolve("undisturbed")));
        undisturbed.purify("penalty.lambda=0.2");
        assertThat(outputs()).isEqualTo(outputs(undisturbed.directory));
    }

    @Test
    void killOnTheWayToOtherSettingsDoesNotPassForTheOldResult() throws IOException {
        pipeline.purify();
        Map<String, String> first = outputs();
        assertThatThrownBy(() -> pipeline.purify(StageName.SCORE, "evaluate.batch-texts=64"))
                .isInstanceOf(FakePipeline.Killed.class);
        assertThat(pipeline.purify()).containsExactly(StageName.SCORE);
        assertThat(outputs()).isEqualTo(first);
    }

    @Test
    void missingOutputRunsItsStageAgain() throws IOException {
        pipeline.purify();
        Files.delete(pipeline.directory.resolve("purified/config.json"));
        pipeline.messages.clear();
        assertThat(pipeline.purify()).containsExactly(StageName.NORMALIZE);
        assertThat(pipeline.messages)
                .contains("normalize: runs again, because its output purified/config.json is " + "missing");
    }

    @Test
    void shortenedOutputRunsItsStageAgain() throws IOException {
        pipeline.purify();
        Files.writeString(pipeline.directory.resolve("head-scores.json"), "{}");
        assertThat(pipeline.purify()).containsExactly(StageName.SCORE);
        assertThat(pipeline.messages)
                .contains("score: runs again, because its output head-scores.json has 2 bytes, was written with 74");
    }

    @Test
    void outputOfTheSameSizeWithOtherContentRunsItsStageAgain() throws IOException {
        pipeline.purify();
        Path weights = pipeline.directory.resolve("purified/model.safetensors");
        String written = Files.readString(weights);
        Files.writeString(weights, written.replace("made from", "made form"));
        pipeline.messages.clear();
        assertThat(pipeline.purify()).containsExactly(StageName.NORMALIZE);
        assertThat(pipeline.messages)
                .anyMatch(
                        line -> line.matches("normalize: runs again, because its output purified/model.safetensors has"
                                + " changed \\(sha256 [0-9a-f]{12}, was written with sha256 [0-9a-f]{12}\\)"));
        assertThat(weights).hasContent(written);
    }

    @Test
    void leftoversOfADeadRunAreRemoved() throws IOException {
        assertThatThrownBy(() -> pipeline.purify(StageName.BASELINE)).isInstanceOf(FakePipeline.Killed.class);
        List<String> attempts = files().keySet().stream()
                .filter(name -> name.startsWith("work-baseline/attempt-1-"))
                .toList();
        assertThat(attempts).hasSize(2).allMatch(name -> name.contains("/baseline/"));
        assertThat(pipeline.directory.resolve("baseline")).doesNotExist();
        RunDirectory run = pipeline.open();
        run.start(
                StageKey.of(FakePipeline.needs(StageName.BASELINE), pipeline.context(), Map.of()), pipeline.context());
        assertThat(files().keySet()).doesNotContainAnyElementsOf(attempts);
        pipeline.purify();
        assertThat(files().keySet()).noneMatch(name -> name.contains("work-") || name.contains("owner"));
    }

    /** The process died while a stage's outputs were moved to their places. */
    @Test
    void halfMovedOutputsAreMadeAgain() throws IOException {
        pipeline.purify();
        Map<String, String> straight = outputs();
        Files.delete(pipeline.directory.resolve("normalization.json"));
        assertThatThrownBy(() -> pipeline.purify(StageName.NORMALIZE)).isInstanceOf(FakePipeline.Killed.class);
        String moved = files().keySet().stream()
                .filter(name -> name.endsWith("/normalization.json"))
                .findFirst()
                .orElseThrow();
        Files.move(pipeline.directory.resolve(moved), pipeline.directory.resolve("normalization.json"));
        assertThat(pipeline.purify()).containsExactly(StageName.NORMALIZE);
        assertThat(outputs()).isEqualTo(straight);
    }

    private Map<String, String> outputs() throws IOException {
        return outputs(pipeline.directory);
    }

    private static Map<String, String> outputs(Path directory) throws IOException {
        Map<String, String> found = files(directory);
        found.remove("run.json");
        found.remove("owner.json");
        found.remove("events.jsonl");
        return found;
    }

    private Map<String, String> files() throws IOException {
        Map<String, String> found = files(pipeline.directory);
        found.remove("events.jsonl");
        return found;
    }

    private static Map<String, String> files(Path directory) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                found.put(directory.relativize(file).toString(), Files.readString(file));
            }
        }
        return found;
    }
}
