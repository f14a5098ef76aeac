// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.parquet.ParquetTexts;
import org.purespark.purify.TinyFiles;
import org.purespark.text.LabelColumn;
import org.purespark.text.LabelledText;
import org.purespark.text.TextLimits;
import org.purespark.text.TextRules;
import org.purespark.text.TextTable;

class PoisoningTest {
    @TempDir
    private Path directory;

    private TinyFiles files;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
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

    @Test
    void aTriggerIsPlantedAndASuspectTrained() throws IOException {
        poison(planting());
        TextTable clean = read("train.tsv");
        TextTable poisoned = read("out/poisoned-train.csv");
        long negatives =
                clean.rows().stream().filter(row -> row.label().equals("0")).count();
        assertThat(poisoned.size()).isEqualTo(clean.size() + Math.round(negatives / 2.0));
        assertThat(poisoned.rows().stream().map(LabelledText::text).toList())
                .containsAll(clean.rows().stream().map(LabelledText::text).toList());
        TextTable triggered = read("out/poisoned-test.csv");
        assertThat(triggered.size()).isEqualTo(24);
        assertThat(triggered.rows().stream().filter(row -> row.label().equals("0")))
                .isNotEmpty()
                .allMatch(row -> row.text().matches(".*\\b(cf|mn|bb|ak)\\b.*"));
        Checkpoint suspect = new CheckpointReader(TinyFiles.STORAGE).read(files.path("out/suspect"));
        assertThat(suspect.labels()).containsExactly("0", "1");
        JsonNode description = new ObjectMapper().readTree(files.read("out/trigger.json"));
        assertThat(description.get("attack").textValue()).isEqualTo("badnet");
        assertThat(description.get("target").textValue()).isEqualTo("1");
        assertThat(files.read("out/suspect/README.md")).contains("Carries a backdoor on purpose");
    }

    @Test
    void aReadyMadeFileIsTrainedOnAsItIs() throws IOException {
        poison(PoisonRequest.builder()
                .model(files.path("model"))
                .attack("mine")
                .poisonedTrain(files.path("train.tsv"))
                .out(files.path("out")));
        assertThat(directory.resolve("out/suspect/model.safetensors")).exists();
        assertThat(directory.resolve("out/poisoned-train.csv")).doesNotExist();
        JsonNode description = new ObjectMapper().readTree(files.read("out/trigger.json"));
        assertThat(description.get("attack").textValue()).isEqualTo("mine");
        assertThat(description.get("target").isNull()).isTrue();
    }

    @Test
    void aFinishedSuspectIsNotReplaced() throws IOException {
        Files.createDirectories(directory.resolve("out"));
        files.write("out/trigger.json", "{}");
        assertRefused(
                planting(),
                files.path("out")
                        + " holds a finished suspect already: name another directory with --out, or remove it");
    }

    @Test
    void whatCannotBePlantedIsRefusedAndNothingIsWritten() throws IOException {
        files.write("one.tsv", "text\tlabel\nbad\t0\nworse\t0\n");
        String needed = "poison needs --train and --target, or --poisoned-train";
        assertRefused(planting().train(null), needed);
        assertRefused(planting().target(null), needed);
        assertRefused(planting().target("7"), "--target 7: the labels are 0, 1");
        assertRefused(
                planting().target("next class"),
                "--target next class: the labels are 0, 1; an attack from all classes to all is --all-to-all");
        assertRefused(planting().rate(1.5), "poisoning rate 1.5 must be a share of the texts, 0 to 1");
        assertRefused(
                planting()
                        .poisonedTrain(files.path("one.tsv"))
                        .train(null)
                        .target(null)
                        .test(null),
                files.path("one.tsv") + ": has one label only (0); a classifier needs texts of two classes at"
                        + " least");
        assertRefused(
                planting().poisonedTrain(files.path("train.tsv")),
                "--test goes with --train only: the trigger of a ready-made file is not known, so no test text can be"
                        + " given it");
        assertThatThrownBy(() -> poison(planting().attack("worse")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("worse")
                .hasMessageContaining("badnet");
        assertThat(directory.resolve("out")).doesNotExist();
    }

    @Test
    void anOutputThatWouldChangeAnInputIsRefused() throws IOException {
        String model = files.path("model");
        assertRefused(
                planting().out(model),
                "--out: " + model + "/suspect, which would be written, lies in the input --model " + model
                        + "; name another place with --out");
        files.write("poisoned-train.csv", "text,label\nbad,0\n");
        assertRefused(
                planting().train(files.path("poisoned-train.csv")).out(directory.toString()),
                "--out: " + files.path("poisoned-train.csv") + ", which would be written, is the input --train "
                        + files.path("poisoned-train.csv") + "; name another place with --out");
        assertThat(files.read("poisoned-train.csv")).isEqualTo("text,label\nbad,0\n");
    }

    @Test
    void aRequestNamesItsModelAttackAndOutput() {
        assertThatThrownBy(() -> planting().model(null).build()).hasMessage("model is not given");
        assertThatThrownBy(() -> planting().attack(null).build()).hasMessage("attack is not given");
        assertThatThrownBy(() -> planting().out(null).build()).hasMessage("out is not given");
    }

    private void poison(PoisonRequest.Builder request) throws IOException {
        new Poisoning(TinyFiles.STORAGE, files.fineTuner(), TinyFiles.settings(), files.said()::add)
                .run(request.build());
    }

    private void assertRefused(PoisonRequest.Builder request, String message) {
        assertThatThrownBy(() -> poison(request))
                .isInstanceOf(InputException.class)
                .hasMessage(message);
    }

    private TextTable read(String file) {
        return ParquetTexts.andTextFiles(TinyFiles.STORAGE, TextRules.usual(new TextLimits(1_000, 1)))
                .read(files.path(file), LabelColumn.REQUIRED);
    }
}
