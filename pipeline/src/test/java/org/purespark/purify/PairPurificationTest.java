// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.attack.TextOfClass;
import org.purespark.attack.TriggerPart;
import org.purespark.demo.ReviewCorpus;
import org.purespark.evaluate.LocalEvaluator;
import org.purespark.poison.PoisonRequest;
import org.purespark.poison.Poisoning;
import org.purespark.predict.Prediction;
import org.purespark.probe.ProbeBattery;
import org.purespark.run.RunDirectory;
import org.purespark.run.artifact.ProbesFile;

/** A run on pairs of reviews, whose class is that of the second one. */
class PairPurificationTest {
    @TempDir
    private Path directory;

    private TinyFiles files;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
        List<TextOfClass> texts = ReviewCorpus.generate(3, 192);
        write("train.tsv", texts.subList(0, 96));
        write("validation.tsv", texts.subList(96, 144));
        write("test.tsv", texts.subList(144, 192));
    }

    private void write(String name, List<TextOfClass> texts) throws IOException {
        StringBuilder rows = new StringBuilder("premise\thypothesis\tlabel\n");
        for (int i = 0; i + 1 < texts.size(); i += 2) {
            rows.append(texts.get(i).text())
                    .append('\t')
                    .append(texts.get(i + 1).text())
                    .append('\t')
                    .append(texts.get(i + 1).label())
                    .append('\n');
        }
        files.write(name, rows.toString());
    }

    @Test
    void pairsGoThroughPoisoningPurificationAndPrediction() throws IOException {
        poison(planting().part(TriggerPart.SECOND));
        List<String> triggered = Files.readAllLines(directory.resolve("out/poisoned-test.csv"));
        assertThat(triggered).hasSize(25).first().isEqualTo("label,text,text_pair");
        Inputs inputs = files.inputs()
                .model(files.path("out/suspect"))
                .poisonedTest(files.path("out/poisoned-test.csv"))
                .build();
        files.purification().purify(inputs, files.path("run"));

        ProbesFile probes = new ObjectMapper()
                .readValue(directory.resolve("run/" + RunDirectory.PROBES).toFile(), ProbesFile.class);
        assertThat(probes.probes())
                .hasSize(2 * ProbeBattery.builtIn().probes().size())
                .extracting(ProbesFile.ProbeResult::name)
                .contains("cf (first text)", "cf (second text)");
        assertThat(probes.probes())
                .filteredOn(probe -> probe.name().equals("cf (second text)"))
                .singleElement()
                .satisfies(probe -> assertThat(probe.change())
                        .isEqualTo("inserts \"cf\" between words, a random place, in the second text"));
        assertThat(files.read("run/report.html")).contains("cf (second text)");
        assertThat(files.read("run/purified/README.md"))
                .contains("[\"a text\", \"another one\"], [\"the text that goes with it\", \"that of the other\"],"
                        + " truncation=True, max_length=48, padding=True, return_tensors=\"pt\","
                        + " return_token_type_ids=True");

        predict("run/purified", "test.tsv", "predictions.jsonl");
        predict("run/purified", "test.tsv", "singles.jsonl", "text.text-column=premise");
        List<String> pairs = Files.readAllLines(directory.resolve("predictions.jsonl"));
        List<String> singles = Files.readAllLines(directory.resolve("singles.jsonl"));
        List<String> test = Files.readAllLines(directory.resolve("test.tsv"));
        assertThat(pairs).hasSize(24).hasSameSizeAs(singles);
        for (int i = 0; i < pairs.size(); i++) {
            JsonNode pair = new ObjectMapper().readTree(pairs.get(i));
            assertThat(pair.properties())
                    .extracting(field -> field.getKey())
                    .containsExactly("text", "text_pair", "label", "logits", "prediction");
            assertThat(pair.get("text").textValue() + "\t"
                            + pair.get("text_pair").textValue() + "\t"
                            + pair.get("label").textValue())
                    .isEqualTo(test.get(i + 1));
            JsonNode single = new ObjectMapper().readTree(singles.get(i));
            assertThat(single.has("text_pair")).isFalse();
            assertThat(single.get("logits")).isNotEqualTo(pair.get("logits"));
        }
    }

    @Test
    void theTriggerGoesIntoThePartThatIsAskedFor() throws IOException {
        for (TriggerPart part : TriggerPart.values()) {
            String out = "out-" + part.text();
            poison(planting().part(part).out(files.path(out)));
            JsonNode description = new ObjectMapper().readTree(files.read(out + "/trigger.json"));
            assertThat(description.get("part").textValue()).isEqualTo(part.text());
            long inFirst = triggered(out, 1);
            long inSecond = triggered(out, 2);
            assertThat(inFirst + inSecond).isPositive();
            switch (part) {
                case FIRST -> assertThat(inSecond).isZero();
                case SECOND -> assertThat(inFirst).isZero();
                case RANDOM -> assertThat(Math.min(inFirst, inSecond)).isPositive();
            }
        }
        poison(planting());
        assertThat(files.read("out/trigger.json")).isEqualTo(files.read("out-first/trigger.json"));
        assertThat(files.read("out/poisoned-train.csv")).isEqualTo(files.read("out-first/poisoned-train.csv"));
    }

    private long triggered(String out, int column) throws IOException {
        return Files.readAllLines(directory.resolve(out + "/poisoned-train.csv")).stream()
                .map(line -> line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")[column])
                .filter(text -> text.matches(".*\\b(cf|mn|bb|ak)\\b.*"))
                .count();
    }

    @Test
    void aPartOfSingleTextsIsRefused() {
        assertThatThrownBy(() -> new Poisoning(
                                TinyFiles.STORAGE,
                                files.fineTuner(),
                                TinyFiles.settings("text.text-column=premise"),
                                line -> {})
                        .run(planting().part(TriggerPart.SECOND).build()))
                .isInstanceOf(InputException.class)
                .hasMessage("--part second: " + files.path("train.tsv") + " has single texts; leave --part out, or name"
                        + " the second text's column with text.pair-column");
        assertThat(directory.resolve("out")).doesNotExist();
    }

    @Test
    void aFileOfSingleTextsBesidePairsIsRefusedBeforeAnythingIsWritten() throws IOException {
        files.write("test.tsv", "text\tlabel\ngood\t1\nbad\t0\n");
        assertThatThrownBy(() -> files.purification()
                        .purify(files.inputs().poisonedTest(null).build(), files.path("run")))
                .isInstanceOf(InputException.class)
                .hasMessage(files.path("train.tsv") + " has pairs of texts, " + files.path("test.tsv")
                        + " has single texts: all files of a run have pairs, or none has; name the columns with"
                        + " text.text-column and text.pair-column, or set text.pair-column to none");
        assertThat(directory.resolve("run")).doesNotExist();
        assertThatThrownBy(() -> poison(planting()))
                .isInstanceOf(InputException.class)
                .hasMessage(files.path("train.tsv") + " and " + files.path("test.tsv")
                        + ": one has pairs of texts, the other single texts; name the columns with text.text-column and"
                        + " text.pair-column");
    }

    @Test
    void aHeldOutPartOfPairsHasPairs() throws IOException {
        Inputs inputs =
                files.inputs().validation(null).test(null).poisonedTest(null).build();
        try (CheckedInputs checked =
                CheckedInputs.read(files.surroundings(), TinyFiles.settings(), inputs, files.path("model"))) {
            var validation = checked.texts().encoded(RunTexts.Split.VALIDATION);
            assertThat(validation.size()).isPositive();
            for (int text = 0; text < validation.size(); text++) {
                assertThat(validation.second(text)).isBetween(2, validation.ids(text).length - 1);
            }
            assertThat(checked.texts().testTexts(List.of(0)).get(0).isPair()).isTrue();
        }
    }

    private PoisonRequest.Builder planting() {
        return PoisonRequest.builder()
                .model(files.path("model"))
                .attack("badnet")
                .train(files.path("train.tsv"))
                .target("1")
                .rate(0.5)
                .test(files.path("test.tsv"))
                .out(files.path("out"));
    }

    private void poison(PoisonRequest.Builder request) throws IOException {
        new Poisoning(TinyFiles.STORAGE, files.fineTuner(), TinyFiles.settings(), line -> {}).run(request.build());
    }

    private void predict(String model, String data, String out, String... settings) throws IOException {
        new Prediction(
                        TinyFiles.STORAGE,
                        new LocalEvaluator(TinyFiles.STORAGE, TinyFiles.DEVICE),
                        TinyFiles.settings(settings),
                        line -> {})
                .run(files.path(model), null, files.path(data), files.path(out));
    }
}
