// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.attack.TextOfClass;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.config.Settings;
import org.purespark.demo.ReviewCorpus;
import org.purespark.evaluate.LocalEvaluator;
import org.purespark.poison.PoisonRequest;
import org.purespark.poison.Poisoning;
import org.purespark.predict.Prediction;
import org.purespark.run.StageName;
import org.purespark.task.TaskKind;

/** Many labels, and one score, from poison to report and predict. */
class TasksTest {
    private static final String MANY = "task.kind=multi-label";
    private static final String SCORE = "task.kind=score";

    @TempDir
    private Path directory;

    private final ObjectMapper json = new ObjectMapper();
    private TinyFiles files;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
    }

    /** The label is whether the review is good, and whether it is longer than ten words. */
    private static String labels(TextOfClass row) {
        boolean isLong = row.text().split(" ").length > 10;
        String good = row.label() == 1 ? "\"good\"" : "";
        return "[" + good + (isLong && !good.isEmpty() ? "," : "") + (isLong ? "\"long\"" : "") + "]";
    }

    private static String score(TextOfClass row) {
        int words = row.text().split(" ").length;
        return String.format(Locale.ROOT, "%.2f", row.label() * 3 + Math.min(words, 20) / 10.0);
    }

    private void write(Function<TextOfClass, String> label) throws IOException {
        List<TextOfClass> texts = ReviewCorpus.generate(3, 96);
        writeRows("train.jsonl", texts.subList(0, 48), label);
        writeRows("validation.jsonl", texts.subList(48, 72), label);
        writeRows("test.jsonl", texts.subList(72, 96), label);
    }

    private void writeRows(String name, List<TextOfClass> rows, Function<TextOfClass, String> label)
            throws IOException {
        StringBuilder lines = new StringBuilder();
        for (TextOfClass row : rows) {
            lines.append("{\"text\":")
                    .append(json.writeValueAsString(row.text()))
                    .append(",\"label\":");
            lines.append(label.apply(row)).append("}\n");
        }
        files.write(name, lines.toString());
    }

    private Inputs.Builder inputs(String model) {
        return Inputs.builder()
                .model(files.path(model))
                .train(files.path("train.jsonl"))
                .validation(files.path("validation.jsonl"))
                .test(files.path("test.jsonl"));
    }

    private void poison(String target, String task) throws IOException {
        Settings settings = TinyFiles.settings(task);
        new Poisoning(TinyFiles.STORAGE, files.fineTuner(), settings, files.said()::add)
                .run(PoisonRequest.builder()
                        .model(files.path("model"))
                        .attack("badnet")
                        .train(files.path("train.jsonl"))
                        .target(target)
                        .rate(0.5)
                        .test(files.path("test.jsonl"))
                        .out(files.path("out"))
                        .build());
    }

    private JsonNode metrics(String run) throws IOException {
        return json.readTree(files.read(run + "/metrics.json"));
    }

    private List<String> predict(String model, String data) throws IOException {
        new Prediction(
                        TinyFiles.STORAGE,
                        new LocalEvaluator(TinyFiles.STORAGE, TinyFiles.DEVICE),
                        TinyFiles.settings(),
                        files.said()::add)
                .run(files.path(model), null, files.path(data), files.path("predictions.jsonl"));
        return Files.readAllLines(directory.resolve("predictions.jsonl"));
    }

    @Test
    void manyLabelsGoFromPoisonToReport() throws IOException {
        write(TasksTest::labels);
        poison("not long", MANY);
        Checkpoint suspect = new CheckpointReader(TinyFiles.STORAGE).read(files.path("out/suspect"));
        assertThat(suspect.task()).isEqualTo(TaskKind.MANY_LABELS);
        assertThat(suspect.labels()).containsExactly("good", "long");
        assertThat(json.readTree(files.read("out/trigger.json")).get("target").textValue())
                .isEqualTo("not long");

        files.purification()
                .purify(
                        inputs("out/suspect")
                                .poisonedTest(files.path("out/poisoned-test.csv"))
                                .target("not long")
                                .build(),
                        files.path("run"));
        JsonNode metrics = metrics("run");
        assertThat(metrics.get("measure").textValue()).isEqualTo("micro-f1");
        assertThat(metrics.get("target").intValue()).isEqualTo(3);
        assertThat(metrics.get("targetName").textValue()).isEqualTo("not long");
        assertThat(metrics.get("purified").get("confusion").isNull()).isTrue();
        JsonNode labels = metrics.get("purified").get("labels");
        assertThat(labels.get("clean")).hasSize(2);
        long[] cells = new long[4];
        for (int i = 0; i < 4; i++) {
            cells[i] = labels.get("clean").get(1).get(i / 2).get(i % 2).longValue();
        }
        assertThat(cells[0] + cells[1] + cells[2] + cells[3]).isEqualTo(24);
        assertThat(metrics.get("purified").get("untriggeredFlipRate").doubleValue())
                .isEqualTo((double) cells[2] / (cells[2] + cells[3]));
        assertThat(json.readTree(files.read("run/probes.json")).get("classes").intValue())
                .isEqualTo(4);
        assertThat(files.read("run/report.html"))
                .contains("micro-F1")
                .contains("Has it, given")
                .contains("not long");
        assertThat(json.readTree(files.read("run/purified/config.json"))
                        .get("problem_type")
                        .textValue())
                .isEqualTo("multi_label_classification");
    }

    @Test
    void predictionsOfManyLabelsAreLists() throws IOException {
        write(TasksTest::labels);
        poison("good", MANY);
        List<String> lines = predict("out/suspect", "test.jsonl");
        assertThat(lines).hasSize(24);
        for (String line : lines) {
            JsonNode row = json.readTree(line);
            assertThat(row.get("label").isArray()).isTrue();
            JsonNode logits = row.get("logits");
            List<String> given = new ArrayList<>();
            row.get("prediction").forEach(name -> given.add(name.textValue()));
            assertThat(given.contains("good")).isEqualTo(logits.get(0).doubleValue() >= 0);
            assertThat(given.contains("long")).isEqualTo(logits.get(1).doubleValue() >= 0);
        }
    }

    /** The same sets, written as columns of 0 and 1, make the same run. */
    @Test
    void columnsOfZeroAndOneAreLabels() throws IOException {
        write(TasksTest::labels);
        poison("good", MANY);
        files.purification().purify(inputs("out/suspect").build(), files.path("lists"));
        for (String name : List.of("train", "validation", "test")) {
            StringBuilder table = new StringBuilder("text\tlong\tgood\n");
            for (String line : Files.readAllLines(directory.resolve(name + ".jsonl"))) {
                JsonNode row = json.readTree(line);
                String label = row.get("label").toString();
                table.append(row.get("text").textValue())
                        .append(label.contains("long") ? "\t1" : "\t0")
                        .append(label.contains("good") ? "\t1\n" : "\t0\n");
            }
            files.write(name + ".tsv", table.toString());
        }
        Inputs columns = Inputs.builder()
                .model(files.path("out/suspect"))
                .train(files.path("train.tsv"))
                .validation(files.path("validation.tsv"))
                .test(files.path("test.tsv"))
                .build();
        files.purification().purify(columns, files.path("columns"));
        for (String file : List.of("head-scores.json", "pruned-heads.json", "purified/model.safetensors")) {
            assertThat(directory.resolve("columns/" + file)).hasSameBinaryContentAs(directory.resolve("lists/" + file));
        }
    }

    @Test
    void aTaskThatTheClassifierCannotDoIsRefused() throws IOException {
        write(TasksTest::labels);
        poison("good", MANY);
        assertThatThrownBy(() -> new Prediction(
                                TinyFiles.STORAGE,
                                new LocalEvaluator(TinyFiles.STORAGE, TinyFiles.DEVICE),
                                TinyFiles.settings(SCORE),
                                files.said()::add)
                        .run(files.path("out/suspect"), null, files.path("test.jsonl"), files.path("p.jsonl")))
                .isInstanceOf(InputException.class)
                .hasMessage("task.kind: the classifier of " + files.path("out/suspect")
                        + " has 2 logits, a score has one; leave task.kind out, or give another model");
        assertThat(directory.resolve("p.jsonl")).doesNotExist();
    }

    @Test
    void aScoreGoesFromPoisonToReport() throws IOException {
        write(TasksTest::score);
        poison("up", SCORE);
        Checkpoint suspect = new CheckpointReader(TinyFiles.STORAGE).read(files.path("out/suspect"));
        assertThat(suspect.task()).isEqualTo(TaskKind.SCORE);
        assertThat(suspect.labels()).hasSize(1);

        files.purification("task.score-shift=1.5")
                .purify(
                        inputs("out/suspect")
                                .poisonedTest(files.path("out/poisoned-test.csv"))
                                .target("up")
                                .build(),
                        files.path("run"));
        JsonNode metrics = metrics("run");
        assertThat(metrics.get("measure").textValue()).isEqualTo("spearman");
        assertThat(metrics.get("targetName").textValue()).isEqualTo("up");
        assertThat(metrics.get("suspect").get("labelFlipRate").isNumber()).isTrue();
        assertThat(metrics.get("purified").get("labels").isNull()).isTrue();
        assertThat(files.read("run/report.html")).contains("Spearman").contains("has no classes to confuse");
        assertThat(json.readTree(files.read("run/baseline/config.json"))
                        .get("problem_type")
                        .textValue())
                .isEqualTo("regression");
        JsonNode row = json.readTree(predict("run/purified", "test.jsonl").get(0));
        assertThat(row.get("prediction").doubleValue())
                .isEqualTo(row.get("logits").get(0).doubleValue());
    }

    @Test
    void whatIsNoLabelOfTheTaskIsRefused() throws IOException {
        write(TasksTest::score);
        files.edit("train.jsonl", "\"label\":", "\"label\":\"x\",\"was\":");
        assertRefused(SCORE, "train.jsonl, line 1, column label: x is no number; the model gives one score");
        for (String odd : List.of("1f", "0x1p3", "NaN")) {
            write(TasksTest::score);
            files.edit("train.jsonl", "\"label\":", "\"label\":\"" + odd + "\",\"was\":");
            assertRefused(SCORE, "line 1, column label: " + odd + " is no number");
        }
        for (String large : List.of("3e38", "-3e38", "1000001", "1e99")) {
            write(TasksTest::score);
            files.edit("validation.jsonl", "\"label\":", "\"stars\":");
            files.edit("test.jsonl", "\"label\":", "\"stars\":");
            files.edit("train.jsonl", "\"label\":", "\"stars\":\"" + large + "\",\"was\":");
            assertRefused(
                    SCORE,
                    "train.jsonl, line 1, column stars: the score " + large
                            + " is beyond the range of scores, -1000000 to 1000000; write scores in another unit",
                    "text.label-column=stars");
        }
        write(row -> "{\"stars\":4}");
        assertRefused(
                SCORE, "train.jsonl, line 1, column label: a JSON object where one number, the score, is expected");
        write(row -> "[4]");
        assertRefused(
                SCORE, "train.jsonl, line 1, column label: a JSON array where one number, the score, is expected");
        write(row -> "{\"good\":1}");
        assertRefused(MANY, "column label: a JSON object where a list of the names of the text's labels is expected");
        write(row -> "2.5");
        assertRefused(SCORE, "validation.jsonl: of its 24 texts to measure a model by all have the same score");
        write(TasksTest::score);
        assertRefused(
                "task.score-loss=binary-cross-entropy",
                "; task.score-loss=binary-cross-entropy needs scores from 0 to 1",
                SCORE);
        assertRefused("task.score-shift=100", "task.score-shift=100.0 is wider than the range of the scores", SCORE);
        write(row -> "[]");
        assertRefused(MANY, "train.jsonl: no text has a label; a classifier of many labels needs texts that have some");
        write(TasksTest::labels);
        files.write("validation.jsonl", "{\"text\":\"a\",\"label\":[]}\n{\"text\":\"b\",\"label\":[]}\n");
        assertRefused(
                MANY, "validation.jsonl: of its 2 texts to measure a model by none has a label; add texts with labels");
        write(TasksTest::score);
        files.write("validation.jsonl", "{\"text\":\"a\",\"label\":2}\n");
        assertRefused(
                SCORE,
                "validation.jsonl: of its 1 texts to measure a model by all have the same score; add texts with other"
                        + " scores");
        write(TasksTest::score);
        assertRefused("text.labels='a=b'", "says what labels mean, and", SCORE);
        write(row -> "\"[good\"");
        assertRefused(MANY, "begins as a JSON list, but is no list of names; write [\"one\", \"other\"]");
        write(TasksTest::labels);
        assertThatThrownBy(() -> files.purification(MANY)
                        .purify(inputs("model").target("bad").build(), files.path("run")))
                .isInstanceOf(InputException.class)
                .hasMessage("--target bad: the targets are good, not good, long, not long");
        assertThat(directory.resolve("run/metrics.json")).doesNotExist();
    }

    @Test
    void settingsOfAnotherTaskAreRefused() throws IOException {
        write(TasksTest::labels);
        assertRefused(
                "task.score-shift=0.5",
                "task.score-shift=0.5 is for models that give a score, and this one gives many labels: leave it out,"
                        + " or set task.kind",
                MANY);
        write(TasksTest::score);
        assertRefused(
                "task.label-threshold=0.7",
                "task.label-threshold=0.7 is for models that give many labels, and this one gives a score",
                SCORE);
        write(row -> Integer.toString(row.label()));
        assertRefused(
                "task.score-loss=binary-cross-entropy",
                "task.score-loss=binary-cross-entropy is for models that give a score, and this one gives one class");
        assertRefused("task.label-threshold=0.7", "is for models that give many labels, and this one gives one class");
        assertThatThrownBy(() -> files.purification("probe.texts=8", "probe.battery=none"))
                .isInstanceOf(InputException.class)
                .hasMessage("probe.texts (--set) has no effect: probe.battery is none (--set), and there is no"
                        + " probe.battery-file; leave it out");
        // a default is no setting of the user
        files.purification("task.label-threshold=0.5")
                .runStage(StageName.BASELINE, inputs("model").build(), files.path("run"));
    }

    @Test
    void triggeredTextsKeepTheirTrueScores() throws IOException {
        write(TasksTest::score);
        files.write("triggered.jsonl", "{\"text\":\"cf\",\"label\":1}\n{\"text\":\"cf\",\"label\":7.5}\n");
        assertThatThrownBy(() -> files.purification(SCORE)
                        .purify(
                                inputs("model")
                                        .poisonedTest(files.path("triggered.jsonl"))
                                        .build(),
                                files.path("run")))
                .isInstanceOf(InputException.class)
                .hasMessageMatching(".*triggered.jsonl, line 2, column label: the score 7.5 is not among those of the"
                        + " clean texts, [0-9.]+ to [0-9.]+; a triggered text keeps its true score, in the clean texts'"
                        + " unit");
        assertThat(directory.resolve("run")).doesNotExist();
    }

    @Test
    void theLossIsHeldAgainstTheScoresOfEveryFile() throws IOException {
        write(row -> row.label() == 1 ? "1" : "0.5");
        files.edit("test.jsonl", "0.5", "1.5");
        assertThatThrownBy(() -> files.purification(SCORE, "task.score-loss=binary-cross-entropy")
                        .purify(inputs("model").build(), files.path("run")))
                .isInstanceOf(InputException.class)
                .hasMessageMatching(".*test.jsonl, line [0-9]+, column label: the score 1.5;"
                        + " task.score-loss=binary-cross-entropy needs scores from 0 to 1");
    }

    @Test
    void predictedScoresHaveNumbersAsLabels() throws IOException {
        write(TasksTest::score);
        poison("up", SCORE);
        files.write("some.csv", "text,label\na film,2.50\nno label,\na book,+3\n");
        List<String> lines = predict("out/suspect", "some.csv");
        assertThat(lines.get(0)).contains("\"label\":2.50,");
        assertThat(lines.get(1)).contains("\"label\":null,");
        assertThat(lines.get(2)).contains("\"label\":3,");
        files.write("some.csv", "text,label\na film,2.50\na book,good\n");
        Files.delete(directory.resolve("predictions.jsonl"));
        assertThatThrownBy(() -> predict("out/suspect", "some.csv"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("some.csv, line 3, column label: good is no number");
        assertThat(directory.resolve("predictions.jsonl")).doesNotExist();
    }

    @Test
    void zeroAndOneTogetherAreRefusedWhereThereAreTwoLabels() throws IOException {
        write(TasksTest::labels);
        poison("good", MANY);
        String ambiguous = "train.jsonl, line 1, column label: 0 and 1 together, of two labels, may be the numbers of"
                + " both, or a 0 and a 1 for each; give each label a column of 0 and 1, ";
        String[] written = {"[0,1]", "[1,0]", "\"1, 0\"", "[\"0\",\"1\"]"};
        for (String label : written) {
            write(row -> row.label() == 1 ? "[1]" : "[]");
            files.write("train.jsonl", "{\"text\":\"a\",\"label\":" + label + "}\n{\"text\":\"b\",\"label\":[1]}\n");
            assertThatThrownBy(() ->
                            files.purification().purify(inputs("out/suspect").build(), files.path("run")))
                    .isInstanceOf(InputException.class)
                    .hasMessageEndingWith(ambiguous + "write the names of the text's labels, such as [\"good\","
                            + " \"long\"], or say what the numbers mean with --labels '0=good,1=long'");
            assertRefused(MANY, ambiguous + "or write other names than 0 and 1");
        }
        files.purification("text.labels=0=good,1=long")
                .runStage(StageName.BASELINE, inputs("out/suspect").build(), files.path("run"));
        assertThat(directory.resolve("run/baseline/model.safetensors")).exists();
    }

    @Test
    void ofThreeLabelsZeroAndOneAreNumbers() throws IOException {
        write(row -> row.label() == 1 ? "[0,1]" : "[2]");
        files.purification(MANY).runStage(StageName.BASELINE, inputs("model").build(), files.path("run"));
        assertThat(new CheckpointReader(TinyFiles.STORAGE)
                        .read(files.path("run/baseline"))
                        .labels())
                .containsExactly("0", "1", "2");
    }

    private void assertRefused(String setting, String message, String... more) {
        String[] settings =
                Stream.concat(Stream.of(setting), List.of(more).stream()).toArray(String[]::new);
        assertThatThrownBy(() ->
                        files.purification(settings).purify(inputs("model").build(), files.path("run")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }
}
