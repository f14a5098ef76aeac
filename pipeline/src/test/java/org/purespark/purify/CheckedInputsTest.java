// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.run.Fingerprints;
import org.purespark.text.EncodedText;
import org.purespark.text.TextParts;

class CheckedInputsTest {
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
    void factsAndDigestsComeFromOneReading() throws IOException {
        Inputs given = files.inputs().build();
        long whole = 0;
        for (String address : given.given().values()) {
            for (var file : TinyFiles.STORAGE.stamps(address)) {
                whole += file.size();
            }
        }
        // The tokenizer's own files are read once more by its library's loader.
        long tokenizer = Files.size(directory.resolve("model/vocab.txt"))
                + Files.size(directory.resolve("model/tokenizer_config.json"))
                + Files.size(directory.resolve("model/config.json"));
        FileSystem.Statistics statistics = FileSystem.getStatistics("file", RawLocalFileSystem.class);
        long before = statistics.getBytesRead();
        try (CheckedInputs checked = read(given)) {
            assertThat(statistics.getBytesRead() - before).isBetween(whole, whole + 2 * tokenizer);
            Fingerprints again = new Fingerprints(TinyFiles.STORAGE);
            assertThat(checked.fingerprints())
                    .containsOnlyKeys("model", "train", "validation", "test", "poisoned-test");
            for (var input : given.given().entrySet()) {
                assertThat(checked.fingerprints().get(input.getKey()))
                        .isEqualTo(again.input(input.getKey(), input.getValue()));
            }
        }
    }

    @Test
    void anEncoderAloneDoesNotClassify() throws IOException {
        try (CheckedInputs checked = read(files.inputs().build())) {
            assertThat(checked.suspectClassifies()).isFalse();
            assertThat(checked.labels().names()).containsExactly("0", "1");
            assertThat(checked.suspect().directory()).isEqualTo(files.path("model"));
            assertThat(checked.suspect().version())
                    .isEqualTo(checked.fingerprints().get("model").digest());
        }
        assertThat(files.said()).isEmpty();
    }

    @Test
    void aClassifierForTheTextsClassesIsUsed() throws IOException {
        Inputs given = files.inputs().classifier(CLASSIFIER).build();
        try (CheckedInputs checked = read(given)) {
            assertThat(checked.suspectClassifies()).isTrue();
            assertThat(checked.labels().names()).containsExactly("LABEL_0", "LABEL_1");
            assertThat(checked.suspect().address().classifierFile()).isEqualTo(CLASSIFIER);
        }
    }

    @Test
    void aClassifierForOtherClassesIsNotUsedWhereTheUserSaysSo() throws IOException {
        for (String split : List.of("train", "validation", "test", "poisoned")) {
            files.edit(split + ".tsv", "\t1\n", "\tgood\n");
            files.edit(split + ".tsv", "\t0\n", "\tbad\n");
        }
        Inputs given = files.inputs().classifier(CLASSIFIER).target("good").build();
        assertRefused(
                given,
                files.path("train.tsv") + ": the labels bad, good are not the classes of the model, LABEL_0, LABEL_1;"
                        + " say which means which, such as --labels 'bad=LABEL_0,good=LABEL_1', or give the model a new"
                        + " classifier with --labels new");
        try (CheckedInputs checked = read(given, "text.labels=new")) {
            assertThat(checked.suspectClassifies()).isFalse();
        }
        assertThat(files.said())
                .containsExactly("the classes of " + files.path("model") + " (LABEL_0, LABEL_1) are not those of the"
                        + " texts (bad, good): its classifier is not used");
        try (CheckedInputs checked = read(given, "text.labels=good=LABEL_0,bad=1")) {
            assertThat(checked.suspectClassifies()).isTrue();
            assertThat(checked.labels().indexOf("good")).isZero();
        }
    }

    @Test
    void labelsInAnotherSpellingAreUsedAndItIsSaid() throws IOException {
        for (String split : List.of("train", "validation", "test", "poisoned")) {
            files.edit(split + ".tsv", "\t1\n", "\tlabel_1\n");
            files.edit(split + ".tsv", "\t0\n", "\tlabel_0\n");
        }
        try (CheckedInputs checked =
                read(files.inputs().classifier(CLASSIFIER).target("label_1").build())) {
            assertThat(checked.suspectClassifies()).isTrue();
        }
        assertThat(files.said())
                .containsExactly("the labels label_0, label_1 are taken for the classes LABEL_0, LABEL_1 of "
                        + files.path("model"));
    }

    @Test
    void theModelIsWrongBeforeTheTextsAre() throws IOException {
        Files.delete(directory.resolve("model/config.json"));
        files.write("train.tsv", "nothing");
        assertRefused(files.inputs().build(), "cannot read model " + files.path("model") + ": it has no config.json");
    }

    @Test
    void textsAreWrongBeforeTheTargetIs() throws IOException {
        files.write("validation.tsv", "sentence\tlabel\ngood one\t1\n");
        assertRefused(
                files.inputs().target("7").build(),
                files.path("validation.tsv") + ": no text has label 0, which occurs in " + files.path("train.tsv")
                        + "; add texts of every class");
        assertRefused(
                files.inputs().validation(null).target("7").build(),
                "--target 7: the labels are 0, 1; 'next class' is for an attack from all classes to all");
    }

    @Test
    void aTokenizerThatIsMissingIsFoundBeforeTheTextsAreRead() throws IOException {
        Files.delete(directory.resolve("model/vocab.txt"));
        Files.delete(directory.resolve("train.tsv"));
        assertThatThrownBy(() -> read(files.inputs().build()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("vocab.txt");
    }

    @Test
    void aTokenizerThatPutsNothingBeforeATextIsToldOf() throws IOException {
        files.write(
                "model/tokenizer.json",
                "{\"model\": {\"type\": \"WordLevel\", \"unk_token\": \"a\", \"vocab\": {\"a\": 0, \"[PAD]\": 1}}}");
        try (CheckedInputs checked = read(files.inputs().build())) {
            assertThat(checked.labels().names()).hasSize(2);
        }
        assertThat(files.said())
                .containsExactly(
                        files.path("model/tokenizer.json") + ": post_processor puts no token such as [CLS] before"
                                + " a text, so a classifier reads the text's first token in its place; if the model is"
                                + " not trained so, its predictions mean nothing",
                        files.path("model/tokenizer.json") + " is followed as it is, as by transformers 4;"
                                + " transformers 5 makes the tokenizer by its class and may give a text other tokens:"
                                + " text.transformers=5 refuses such a file, text.transformers=4 says that the file"
                                + " is meant");
    }

    @Test
    void textsMayNotBeLongerThanTheModelHasPositions() {
        assertThatThrownBy(() -> CheckedInputs.read(
                        files.surroundings(),
                        TinyFiles.settings("text.max-length=161"),
                        files.inputs().build(),
                        files.path("model")))
                .isInstanceOf(InputException.class)
                .hasMessage("text.max-length 161: the model " + files.path("model")
                        + " has positions for 160 tokens; lower text.max-length");
    }

    @Test
    void withoutTrainTheClassifiersOwnClassesCount() throws IOException {
        Inputs given = Inputs.builder()
                .model(files.path("model"))
                .classifier(CLASSIFIER)
                .build();
        assertRefused(given, "no texts given: name a file with --train, --validation or --test");
        Inputs validation = Inputs.builder()
                .model(files.path("model"))
                .classifier(CLASSIFIER)
                .validation(files.path("validation.tsv"))
                .build();
        try (CheckedInputs checked = read(validation)) {
            assertThat(checked.labels().names()).containsExactly("LABEL_0", "LABEL_1");
            assertThat(checked.fingerprints()).containsOnlyKeys("model", "classifier", "validation");
        }
    }

    @Test
    void cutTextsAreSaidOnceWhenTheirSplitIsUsed() throws IOException {
        files.write("test.tsv", "sentence\tlabel\n" + "good ".repeat(60) + "\t1\nbad\t0\n");
        try (CheckedInputs checked = read(files.inputs().build())) {
            assertThat(files.said()).isEmpty();
            var test = checked.texts().encoded(RunTexts.Split.TEST);
            assertThat(checked.texts().encoded(RunTexts.Split.TEST)).isSameAs(test);
            assertThat(test.ids(0)).hasSize(48);
            assertThat(test.labels()).containsExactly(1, 0);
            assertThat(checked.texts().testTexts(List.of(1, 0, 1)))
                    .isEqualTo(TextParts.singles(List.of("bad", "good ".repeat(60), "bad")));
        }
        assertThat(files.said())
                .containsExactly("1 of 2 texts of " + files.path("test.tsv")
                        + " are longer than 48 tokens and were cut (text.max-length)");
    }

    @Test
    void textsThatAreHeldOutOfTrainAreFoundAgainInItsFile() throws IOException {
        Inputs given = Inputs.builder()
                .model(files.path("model"))
                .train(files.path("train.tsv"))
                .build();
        try (CheckedInputs checked = read(given)) {
            RunTexts texts = checked.texts();
            var test = texts.encoded(RunTexts.Split.TEST);
            List<Integer> all = IntStream.range(0, test.size())
                    .boxed()
                    .sorted(Collections.reverseOrder())
                    .toList();
            List<EncodedText> again = texts.encodeProbed(texts.testTexts(all));
            assertThat(all).hasSizeGreaterThan(1);
            for (int i = 0; i < all.size(); i++) {
                assertThat(again.get(i).ids()).containsExactly(test.ids(all.get(i)));
            }
            int rows = Files.readAllLines(Path.of(files.path("train.tsv"))).size() - 1;
            assertThat(texts.encoded(RunTexts.Split.TRAIN).size() + test.size()).isEqualTo(rows);
            files.write("train.tsv", "sentence\tlabel\nbad\t0\n");
            assertThatThrownBy(() -> texts.testTexts(all))
                    .isInstanceOf(InputException.class)
                    .hasMessage(files.path("train.tsv")
                            + ": it has fewer texts than at the start of the run; run the command again");
        }
    }

    private CheckedInputs read(Inputs given, String... settings) throws IOException {
        return CheckedInputs.read(
                files.surroundings(),
                TinyFiles.settings(settings),
                given,
                given.model().orElseThrow());
    }

    private void assertRefused(Inputs given, String message) {
        assertThatThrownBy(() -> read(given)).isInstanceOf(InputException.class).hasMessage(message);
    }
}
