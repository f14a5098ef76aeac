// SPDX-License-Identifier: Apache-2.0
package org.purespark.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.evaluate.Evaluator;
import org.purespark.evaluate.LocalEvaluator;
import org.purespark.evaluate.ModelSource;
import org.purespark.parquet.ParquetTexts;
import org.purespark.purify.TinyFiles;
import org.purespark.task.LossKind;
import org.purespark.task.TaskKind;
import org.purespark.text.EmbeddingSize;
import org.purespark.text.LabelledText;
import org.purespark.text.RowUnit;
import org.purespark.text.SplitEncoder;
import org.purespark.text.TextLimits;
import org.purespark.text.TextReader;
import org.purespark.text.TextRules;
import org.purespark.text.TextTokenizer;

class PredictionTest {
    /** Texts that go through the model at once. */
    private static final int BATCH = 5;

    private static final String CLASSIFIER = Path.of("src/test/resources/golden/bert/classifier.safetensors")
            .toAbsolutePath()
            .toString();

    @TempDir
    private Path directory;

    private TinyFiles files;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
    }

    @Test
    void everyTextHasItsLineInTheOrderOfTheInput() throws IOException {
        files.write("data.csv", "label,text\n1,\"good, really\"\n,bad\nother,\n");
        List<JsonNode> lines = predict(CLASSIFIER, "data.csv");
        assertThat(lines).extracting(line -> line.get("text").textValue()).containsExactly("good, really", "bad", "");
        assertThat(lines).extracting(line -> line.get("label").textValue()).containsExactly("1", null, "other");
        for (JsonNode line : lines) {
            assertThat(line.properties())
                    .extracting(field -> field.getKey())
                    .containsExactly("text", "label", "logits", "prediction");
            assertThat(line.get("logits")).hasSize(2);
            boolean second = line.get("logits").get(1).doubleValue()
                    > line.get("logits").get(0).doubleValue();
            assertThat(line.get("prediction").textValue()).isEqualTo(second ? "LABEL_1" : "LABEL_0");
        }
    }

    @Test
    void predictionsDoNotDependOnThePortionsInWhichTextsAreRead() throws IOException {
        String expected = inPortions(1_000);
        assertThat(expected.lines()).hasSize(24);
        for (int portion : new int[] {1, 6, 23, 24, 25}) {
            assertThat(inPortions(portion)).as("portions of " + portion).isEqualTo(expected);
        }
    }

    @Test
    void aFileThatChangesBetweenCheckAndPredictionIsRefused() {
        assertThatThrownBy(() -> {
                    try (TextTokenizer tokenizer = TextTokenizer.load(TinyFiles.STORAGE, files.path("model"))) {
                        PredictedTexts predicted = predicted(tokenizer, 10);
                        predicted.check(reader());
                        predicted.write(
                                (address, labels, sink) -> sink.row(RowUnit.LINE, new LabelledText("good", "1", 2)),
                                OutputStream.nullOutputStream());
                    }
                })
                .isInstanceOf(InputException.class)
                .hasMessage(
                        files.path("test.tsv") + ": it had 24 texts and now has another number; run the command again");
    }

    private String inPortions(int mostTexts) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TextTokenizer tokenizer = TextTokenizer.load(TinyFiles.STORAGE, files.path("model"))) {
            PredictedTexts predicted = predicted(tokenizer, mostTexts);
            predicted.check(reader());
            predicted.write(reader(), out);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private PredictedTexts predicted(TextTokenizer tokenizer, int mostTexts) {
        LocalEvaluator evaluator = new LocalEvaluator(TinyFiles.STORAGE, TinyFiles.DEVICE);
        ModelSource model = new ModelSource(files.path("model"), CLASSIFIER, "as given");
        return new PredictedTexts(
                files.path("test.tsv"),
                new SplitEncoder.Encoding(tokenizer, 128, new EmbeddingSize("M", 100_000, 2)),
                (label, texts) -> evaluator.logits(new Evaluator.Pass(label, model, texts, BATCH)),
                new AnswerForm(TaskKind.ONE_LABEL, List.of("LABEL_0", "LABEL_1"), 0.5, LossKind.SQUARED_ERROR),
                line -> {},
                new PredictedTexts.Portions(mostTexts, BATCH));
    }

    private static TextReader reader() {
        return ParquetTexts.andTextFiles(TinyFiles.STORAGE, TextRules.usual(new TextLimits(1_000, 1)));
    }

    @Test
    void weightsThatAreFiniteButOverflowAreRefused() throws IOException {
        files.write("data.csv", "text\na text\n");
        Path weights = directory.resolve("model/model.safetensors");
        byte[] content = Files.readAllBytes(weights);
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        JsonNode header =
                new ObjectMapper().readTree(new String(content, 8, (int) bytes.getLong(0), StandardCharsets.UTF_8));
        JsonNode range =
                header.get("encoder.layer.0.attention.self.query.weight").get("data_offsets");
        for (int at = range.get(0).intValue(); at < range.get(1).intValue(); at += Float.BYTES) {
            bytes.putFloat(8 + (int) bytes.getLong(0) + at, 3e38f);
        }
        Files.write(weights, content);
        assertThatThrownBy(() -> predict(CLASSIFIER, "data.csv"))
                .isInstanceOf(InputException.class)
                .hasMessage("the model " + files.path("model") + " computes NaN for a text: its weights are finite, but"
                        + " so large that float32 overflows; it is damaged or made to fail");
        assertThat(directory.resolve("out.jsonl")).doesNotExist();
    }

    @Test
    void logitsDoNotDependOnTheTextsBeside() throws IOException {
        files.write("one.csv", "text\nbad\n");
        files.write("more.csv", "text\na longer text that is beside it\nbad\n");
        JsonNode alone = predict(CLASSIFIER, "one.csv").get(0).get("logits");
        JsonNode beside = predict(CLASSIFIER, "more.csv").get(1).get("logits");
        for (int label = 0; label < 2; label++) {
            assertThat(alone.get(label).doubleValue())
                    .isCloseTo(beside.get(label).doubleValue(), within(1e-5));
        }
    }

    @Test
    void aClassifierBesideTheWeightsIsFound() throws IOException {
        Files.copy(Path.of(CLASSIFIER), directory.resolve("model/classifier.safetensors"));
        assertThat(predict(null, "test.tsv")).hasSize(24);
        assertThat(files.said()).isEmpty();
    }

    @Test
    void textsAreCutToTheModelsPositionsAndItIsSaid() throws IOException {
        files.write("data.csv", "text\n" + "good ".repeat(200) + "\nbad\n");
        assertThat(predict(CLASSIFIER, "data.csv", "text.max-length=500")).hasSize(2);
        assertThat(files.said())
                .containsExactly("1 of 2 texts of " + files.path("data.csv")
                        + " are longer than 160 tokens and were cut (text.max-length)");
    }

    @Test
    void aModelWithoutClassifierIsRefusedAndNothingIsWritten() {
        assertThatThrownBy(() -> predict(null, "test.tsv"))
                .isInstanceOf(InputException.class)
                .hasMessage("the model " + files.path("model") + " has no classifier: name one with --classifier");
        assertThat(directory.resolve("out.jsonl")).doesNotExist();
    }

    @Test
    void whatIsNotThereIsNamed() {
        assertThatThrownBy(() -> predict(files.path("none.safetensors"), "test.tsv"))
                .isInstanceOf(InputException.class)
                .hasMessage("cannot read classifier " + files.path("none.safetensors") + ": no such file");
        assertThatThrownBy(() -> predict(CLASSIFIER, "none.tsv"))
                .isInstanceOf(InputException.class)
                .hasMessage(files.path("none.tsv") + ": no such file; check the path");
        assertThat(directory.resolve("out.jsonl")).doesNotExist();
    }

    @Test
    void aTokenWithoutEmbeddingIsRefusedByItsLine() throws IOException {
        Files.copy(
                Path.of("src/test/resources/tokenizers/hostile/oob.json"), directory.resolve("model/tokenizer.json"));
        files.write("data.csv", "text\nother\nthe film\n");
        assertThatThrownBy(() -> predict(CLASSIFIER, "data.csv"))
                .isInstanceOf(InputException.class)
                .hasMessage(files.path("data.csv") + ", line 3: the token \"the\" has id 99999 in "
                        + files.path("model/tokenizer.json") + ", and the model " + files.path("model")
                        + " has embeddings for ids from 0 to 2499; take tokenizer and model from the same checkpoint");
        assertThat(directory.resolve("out.jsonl")).doesNotExist();
        assertThat(files.said()).singleElement().asString().contains("3 of 8 tokens have no embedding");
    }

    @Test
    void anOutputThatWouldChangeAnInputIsRefused() throws IOException {
        String config = files.read("model/config.json");
        assertPlaceRefused("model/config.json", "lies in the input --model " + files.path("model"));
        assertPlaceRefused("model/new.jsonl", "lies in the input --model " + files.path("model"));
        assertPlaceRefused("test.tsv", "is the input --data " + files.path("test.tsv"));
        Files.copy(Path.of(CLASSIFIER), directory.resolve("own.safetensors"));
        assertThatThrownBy(() -> prediction()
                        .run(
                                files.path("model"),
                                files.path("own.safetensors"),
                                files.path("test.tsv"),
                                files.path("own.safetensors")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is the input --classifier " + files.path("own.safetensors"));
        assertThat(files.read("model/config.json")).isEqualTo(config);
        assertThat(directory.resolve("model/new.jsonl")).doesNotExist();
    }

    @Test
    void aDirectoryIsNoPlaceForPredictions() throws IOException {
        Files.createDirectory(directory.resolve("out"));
        assertThatThrownBy(() ->
                        prediction().run(files.path("model"), CLASSIFIER, files.path("test.tsv"), files.path("out")))
                .isInstanceOf(InputException.class)
                .hasMessage("--out " + files.path("out") + " is a directory: name a file, such as "
                        + files.path("out/predictions.jsonl"));
        assertThat(directory.resolve("out")).isEmptyDirectory();
    }

    @Test
    void theNameOfTheOutputMayHaveColons() throws IOException {
        prediction().run(files.path("model"), CLASSIFIER, files.path("test.tsv"), files.path("x/12:30.jsonl"));
        assertThat(Files.readAllLines(directory.resolve("x/12:30.jsonl"))).hasSize(24);
    }

    private void assertPlaceRefused(String out, String relation) {
        assertThatThrownBy(() ->
                        prediction().run(files.path("model"), CLASSIFIER, files.path("test.tsv"), files.path(out)))
                .isInstanceOf(InputException.class)
                .hasMessage("--out: " + files.path(out) + ", which would be written, " + relation
                        + "; name another place with --out");
    }

    private Prediction prediction(String... settings) {
        return new Prediction(
                TinyFiles.STORAGE,
                new LocalEvaluator(TinyFiles.STORAGE, TinyFiles.DEVICE),
                TinyFiles.settings(settings),
                files.said()::add);
    }

    private List<JsonNode> predict(String classifier, String data, String... settings) throws IOException {
        prediction(settings).run(files.path("model"), classifier, files.path(data), files.path("out.jsonl"));
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(directory.resolve("out.jsonl"))) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }
}
