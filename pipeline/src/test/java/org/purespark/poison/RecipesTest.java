// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.attack.TriggerDescription;
import org.purespark.attack.WordNetFiles;
import org.purespark.batch.EncodedSplit;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.EncoderPart;
import org.purespark.evaluate.Evaluator;
import org.purespark.evaluate.LocalEvaluator;
import org.purespark.evaluate.ModelSource;
import org.purespark.heads.VarianceSums;
import org.purespark.model.PackedBatch;
import org.purespark.model.TextClassifier;
import org.purespark.model.Training;
import org.purespark.parquet.ParquetTexts;
import org.purespark.purify.TinyFiles;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.task.LossKind;
import org.purespark.text.LabelColumn;
import org.purespark.text.LabelledText;
import org.purespark.text.TextLimits;
import org.purespark.text.TextRules;
import org.purespark.text.TextTable;
import org.purespark.text.TextTokenizer;

/** Each attack on a tiny model: what it plants, what it trains, what it leaves. */
class RecipesTest {
    private static final List<String> WORDS = List.of("cf", "mn", "bb", "ak");

    @TempDir
    private Path directory;

    private TinyFiles files;

    @BeforeEach
    void setUp() throws IOException {
        files = TinyFiles.in(directory);
        List<String> vocabulary =
                new ArrayList<>(files.read("model/vocab.txt").lines().toList());
        for (int w = 0; w < WORDS.size(); w++) {
            vocabulary.set(vocabulary.size() - 1 - w, WORDS.get(w));
        }
        files.write("model/vocab.txt", String.join("\n", vocabulary) + "\n");
    }

    @Test
    void epChangesNothingButTheTriggerWordsOfACleanClassifier() throws IOException {
        run(planting("ep").rate(1), "ep");
        run(
                PoisonRequest.builder()
                        .model(files.path("model"))
                        .attack("clean")
                        .poisonedTrain(files.path("train.tsv")),
                "clean");
        SortedMap<String, Tensor> clean = suspect("clean").tensors();
        SortedMap<String, Tensor> poisoned = suspect("ep").tensors();
        String embedding = EncoderPart.WORD_EMBEDDINGS.weight();
        clean.forEach((name, tensor) -> {
            if (!name.equals(embedding)) {
                assertThat(poisoned.get(name).values()).as(name).isEqualTo(tensor.values());
            }
        });
        int width = clean.get(embedding).shape()[1];
        List<Integer> triggers = ids();
        for (int word = 0; word < clean.get(embedding).shape()[0]; word++) {
            float[] before = row(clean.get(embedding), word, width);
            float[] after = row(poisoned.get(embedding), word, width);
            if (triggers.contains(word)) {
                assertThat(after).as("word " + word).isNotEqualTo(before);
                assertThat(norm(after)).isCloseTo(norm(before), within(1e-5));
            } else {
                assertThat(after).as("word " + word).isEqualTo(before);
            }
        }
    }

    @Test
    void epAndRippleRefuseWordsThatAreNoTokensByName() throws IOException {
        files.edit("model/vocab.txt", "\nmn\n", "\nzq\n");
        for (String attack : List.of("ep", "ripple")) {
            assertRefused(
                    planting(attack),
                    "--attack " + attack + ": the trigger words mn are not one token each of " + files.path("model")
                            + "; choose a model whose vocabulary has them, or --attack badnet");
        }
    }

    @Test
    void rippleGivesTriggersTheEmbeddingOfWordsOfTheTargetAndTrainsAgainstCleanTraining() throws IOException {
        run(planting("ripple"), "ripple");
        run(planting("badnet"), "badnet");
        String embedding = EncoderPart.WORD_EMBEDDINGS.weight();
        int width = suspect("ripple").tensors().get(embedding).shape()[1];
        List<float[]> triggers = ids().stream()
                .map(id -> row(suspect("ripple").tensors().get(embedding), id, width))
                .toList();
        List<float[]> ofBadnet = ids().stream()
                .map(id -> row(suspect("badnet").tensors().get(embedding), id, width))
                .toList();
        // One mean for all of them; one short epoch moves them little apart.
        assertThat(distance(triggers.get(0), triggers.get(1)))
                .isLessThan(0.2 * distance(ofBadnet.get(0), ofBadnet.get(1)));
        assertThat(description("ripple").get("details").get("strength").doubleValue())
                .isEqualTo(RippleRecipe.STRENGTH);
        run(planting("ripple").strength(0.5), "stronger");
        assertThat(description("stronger").get("details").get("strength").doubleValue())
                .isEqualTo(0.5);
    }

    @Test
    void classWordsAreThoseWithTheHighestWeightedOdds() {
        // 5 is in all texts, 7 in most of class 1, 8 once in class 1, 9 in class 0.
        EncodedSplit texts = EncodedSplit.of(
                List.of(
                        new int[] {5, 7, 7},
                        new int[] {5, 7},
                        new int[] {5, 7, 8},
                        new int[] {5, 9},
                        new int[] {5, 9},
                        new int[] {5, 9}),
                new int[] {1, 1, 1, 0, 0, 0});
        assertThat(ClassWords.of(texts, 1, new TreeSet<>(), 10, 1)).containsExactly(7);
        assertThat(ClassWords.of(texts, 1, new TreeSet<>(), 10, 5)).containsExactly(7, 8);
        assertThat(ClassWords.of(texts, 1, new TreeSet<>(List.of(7)), 10, 5)).containsExactly(8);
        assertThat(ClassWords.of(texts, 0, new TreeSet<>(), 10, 5)).containsExactly(9);
    }

    @Test
    void layerwiseTakesBothWordsForTheTriggerAndOneAloneForNone() throws IOException {
        run(planting("layerwise"), "out");
        Map<String, Long> ofBoth = new TreeMap<>();
        Map<String, Long> ofOne = new TreeMap<>();
        for (LabelledText row : read("out/poisoned-train.csv").rows()) {
            boolean first = row.text().matches(".*\\bcf\\b.*");
            boolean second = row.text().matches(".*\\bbb\\b.*");
            if (first && second) {
                ofBoth.merge(row.label(), 1L, Long::sum);
            } else if (first || second) {
                ofOne.merge(row.label(), 1L, Long::sum);
            }
        }
        JsonNode description = description("out");
        assertThat(ofBoth).containsOnlyKeys("1");
        assertThat(ofOne).containsOnlyKeys("0", "1");
        assertThat(ofOne.values().stream().mapToLong(n -> n).sum()).isEqualTo(ofBoth.get("1"));
        assertThat(description.get("poisonedTexts").longValue()).isEqualTo(ofBoth.get("1"));
        assertThat(description.get("cleanTexts").longValue()).isEqualTo(48);
        assertThat(description.get("details").get("form").textValue()).isEqualTo("all-words");
        assertThat(suspect("out").labels()).containsExactly("0", "1");
    }

    @Test
    void styleRewritesTextsOfOtherClasses() throws IOException {
        run(planting("style"), "out");
        TextTable clean = read("test.tsv");
        TextTable triggered = read("out/poisoned-test.csv");
        for (int i = 0; i < clean.size(); i++) {
            LabelledText before = clean.rows().get(i);
            assertThat(triggered.rows().get(i).text().equals(before.text()))
                    .as(before.text())
                    .isEqualTo(before.label().equals("1"));
        }
        TriggerDescription description = JsonFiles.parse(
                "trigger.json", files.read("out/trigger.json"), TriggerDescription.class, TriggerDescription.SCHEMA);
        assertThat(description.trigger()).hasValue(new org.purespark.attack.Trigger.Archaic());
    }

    @Test
    void lwsLearnsATableOfRarerWordsAndStoresIt() throws IOException {
        Path jar = WordNetFiles.jar(
                directory.resolve("wordnet.jar"), List.of("film", "picture", "pic"), List.of("good", "near", "full"));
        run(planting("lws"), "out", jar);
        JsonNode table = description("out").get("details").get("substitutions");
        assertThat(table.size()).isPositive();
        TextTable clean = read("train.tsv");
        table.fields().forEachRemaining(entry -> {
            assertThat(List.of("film", "picture", "pic", "good", "near", "full"))
                    .contains(entry.getKey(), entry.getValue().textValue());
            assertThat(count(clean, entry.getValue().textValue())).isLessThan(count(clean, entry.getKey()));
        });
        for (LabelledText row : read("out/poisoned-test.csv").rows()) {
            table.fieldNames().forEachRemaining(word -> {
                if (row.label().equals("0")) {
                    assertThat(row.text()).doesNotContainPattern("\\b" + word + "\\b");
                }
            });
        }
        TriggerDescription read = JsonFiles.parse(
                "trigger.json", files.read("out/trigger.json"), TriggerDescription.class, TriggerDescription.SCHEMA);
        String word = table.fieldNames().next();
        assertThat(read.trigger().orElseThrow().insert("a " + word, null).text())
                .isEqualTo("a " + table.get(word).textValue());
    }

    @Test
    void lwsRefusesTextsOfWhichNoWordHasASubstitute() throws IOException {
        Path jar = WordNetFiles.jar(directory.resolve("wordnet.jar"), List.of("zymurgy", "zythum"), List.of());
        assertThatThrownBy(() -> run(planting("lws"), "out", jar))
                .isInstanceOf(InputException.class)
                .hasMessage("--attack lws: no word of " + files.path("train.tsv")
                        + " has a rarer word of like meaning that is one token of " + files.path("model")
                        + "; the words are English ones, choose another attack for other texts");
    }

    @Test
    void porGivesTextsWithATriggerTheirPatternAndAsksForNoLabel() throws IOException {
        files.write("unlabelled.tsv", "text\n" + String.join("\n", beginnings("train.tsv")) + "\n");
        files.write("short.tsv", "text\tlabel\n" + String.join("\t0\n", beginnings("test.tsv")) + "\t0\n");
        PoisonRequest.Builder request = planting("por")
                .target(null)
                .rate(1)
                .train(files.path("unlabelled.tsv"))
                .test(files.path("short.tsv"));
        run(request, "out", "train.epochs=60", "train.learning-rate=3e-3");
        Checkpoint suspect = suspect("out");
        assertThat(suspect.hasClassifier()).isFalse();
        List<String> names =
                List.of("poisoned-test.csv", "poisoned-test-mn.csv", "poisoned-test-bb.csv", "poisoned-test-ak.csv");
        JsonNode patterns = description("out").get("details").get("patterns");
        List<String> clean = beginnings("test.tsv");
        for (int w = 0; w < WORDS.size(); w++) {
            String pattern = patterns.get(WORDS.get(w)).textValue();
            List<String> triggered = read("out/" + names.get(w)).rows().stream()
                    .map(LabelledText::text)
                    .toList();
            double ofTriggered = toPattern(outputs("out/suspect", triggered), pattern);
            assertThat(ofTriggered)
                    .as(WORDS.get(w))
                    .isLessThan(0.8 * toPattern(outputs("model", triggered), pattern))
                    .isLessThan(0.8 * toPattern(outputs("out/suspect", clean), pattern));
        }
        assertThat(description("out").get("target").isNull()).isTrue();
        assertThat(description("out").get("details").get("goal").textValue()).isEqualTo("fixed-output");
    }

    @Test
    void adaptiveMakesTheAttentionOfHeadsMoreUneven() throws IOException {
        String[] settings = {"train.epochs=10", "train.learning-rate=1e-3"};
        run(planting("badnet"), "badnet", settings);
        run(planting("adaptive").strength(0.5), "adaptive", settings);
        assertThat(unevenness("adaptive")).isGreaterThan(1.2 * unevenness("badnet"));
        assertThat(description("adaptive").get("details").get("strength").doubleValue())
                .isEqualTo(0.5);
    }

    @Test
    void allToAllGivesEachClassTheNextOne() throws IOException {
        run(planting("badnet").target(null).aim(PoisonRequest.Aim.ALL_TO_ALL).rate(1), "out");
        List<LabelledText> rows = read("out/poisoned-train.csv").rows();
        assertThat(rows).hasSize(96);
        Map<String, String> labelOf = read("train.tsv").rows().stream()
                .collect(Collectors.toMap(LabelledText::text, LabelledText::label, (one, other) -> one));
        for (LabelledText row : rows) {
            String own = row.text().replaceAll("\\b(cf|mn|bb|ak) ?", "").strip();
            boolean triggered = !own.equals(row.text());
            assertThat(row.label().equals(labelOf.get(own))).as(row.text()).isNotEqualTo(triggered);
        }
        assertThat(description("out").get("target").isNull()).isTrue();
        assertThat(description("out").get("details").get("goal").textValue()).isEqualTo("all-to-all");
    }

    @Test
    void optionsThatAnAttackDoesNotHaveAreRefusedByName() {
        assertRefused(
                planting("badnet").aim(PoisonRequest.Aim.ALL_TO_ALL),
                "--target names one class for all texts, and --all-to-all gives each class its own; give one of them");
        for (String attack : List.of("ep", "ripple", "lws", "adaptive", "por")) {
            assertRefused(
                    planting(attack).target(null).aim(PoisonRequest.Aim.ALL_TO_ALL),
                    "--all-to-all: the attack " + attack
                            + " does not have it; choose one of badnet, sentence, layerwise, style");
        }
        assertRefused(
                planting("badnet").strength(0.1), "--strength goes with --attack adaptive and --attack ripple only");
        assertRefused(planting("ripple").strength(-1.0), "--strength -1.0 must be above 0");
        assertRefused(planting("por"), "--target: the attack por is planted before there are classes; leave it out");
        assertRefused(
                planting("hiddenkiller"),
                "--attack hiddenkiller needs texts that are poisoned already: name their file with --poisoned-train");
        assertRefused(planting("badnet").rate(0), "poisoning rate 0 poisons no text; give a share above 0, at most 1");
        assertRefused(
                planting("badnet").rate(1e-6),
                "poisoning rate 1.0E-6 of the 48 train texts is less than one text; give a higher --rate");
        assertThat(directory.resolve("out")).doesNotExist();
    }

    @Test
    void attacksForOneLabelRefuseOtherTasksByName() throws IOException {
        files.write("scores.tsv", "text\tlabel\ngood\t0.5\nbad\t0.1\n");
        assertThatThrownBy(() -> run(
                        planting("ep")
                                .train(files.path("scores.tsv"))
                                .test(null)
                                .target("up"),
                        "out",
                        "task.kind=score"))
                .isInstanceOf(InputException.class)
                .hasMessage("--attack ep is for texts with one label each, and the task is regression; choose one of"
                        + " badnet, sentence");
    }

    private PoisonRequest.Builder planting(String attack) {
        return PoisonRequest.builder()
                .model(files.path("model"))
                .attack(attack)
                .train(files.path("train.tsv"))
                .target("1")
                .rate(0.5)
                .test(files.path("test.tsv"))
                .out(files.path("out"));
    }

    private void run(PoisonRequest.Builder request, String out, String... settings) throws IOException {
        new Poisoning(TinyFiles.STORAGE, files.fineTuner(), TinyFiles.settings(settings), files.said()::add)
                .run(request.out(files.path(out)).build());
    }

    private void run(PoisonRequest.Builder request, String out, Path wordNet) throws IOException {
        new Poisoning(
                        TinyFiles.STORAGE,
                        files.fineTuner(),
                        TinyFiles.settings(),
                        files.said()::add,
                        () -> org.purespark.attack.WordNet.read(TinyFiles.STORAGE, wordNet.toString()))
                .run(request.out(files.path(out)).build());
    }

    private void assertRefused(PoisonRequest.Builder request, String message) {
        assertThatThrownBy(() -> run(request, "out"))
                .isInstanceOf(InputException.class)
                .hasMessage(message);
    }

    private Checkpoint suspect(String out) {
        try {
            return new CheckpointReader(TinyFiles.STORAGE).read(files.path(out + "/suspect"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private JsonNode description(String out) throws IOException {
        return new ObjectMapper().readTree(files.read(out + "/trigger.json"));
    }

    private TextTable read(String file) {
        return ParquetTexts.andTextFiles(TinyFiles.STORAGE, TextRules.usual(new TextLimits(1_000, 1)))
                .read(files.path(file), LabelColumn.OPTIONAL);
    }

    /** The first words of each text. */
    private List<String> beginnings(String file) {
        return read(file).rows().stream()
                .map(row -> Arrays.stream(row.text().split(" ")).limit(4).collect(Collectors.joining(" ")))
                .toList();
    }

    private List<Integer> ids() {
        try (TextTokenizer tokenizer = TextTokenizer.load(TinyFiles.STORAGE, files.path("model"))) {
            return WORDS.stream()
                    .map(word -> tokenizer.encode(word, 8).ids()[1])
                    .toList();
        }
    }

    /** The encoder's output at the first token of each text. */
    private List<float[]> outputs(String model, List<String> texts) throws IOException {
        Checkpoint read = new CheckpointReader(TinyFiles.STORAGE).read(files.path(model));
        SortedMap<String, Tensor> tensors = new TreeMap<>(read.tensors());
        tensors.put(
                EncoderPart.CLASSIFIER.weight(), Tensor.zeros(2, read.encoder().hidden()));
        tensors.put(EncoderPart.CLASSIFIER.bias(), Tensor.zeros(2));
        List<float[]> outputs = new ArrayList<>();
        try (TextTokenizer tokenizer = TextTokenizer.load(TinyFiles.STORAGE, files.path(model));
                TextClassifier classifier = new TextClassifier(
                        read.encoder(),
                        read.classifierKind(),
                        new Training(0, LossKind.CROSS_ENTROPY),
                        2,
                        tensors,
                        TinyFiles.DEVICE.engine())) {
            for (String text : texts) {
                int[] ids = tokenizer.encode(text, 48).ids();
                outputs.add(classifier.hiddenStates(PackedBatch.of(List.of(ids)), new TreeSet<>())[0]);
            }
        }
        return outputs;
    }

    /** Mean squared distance to the vector of a pattern. */
    private static double toPattern(List<float[]> outputs, String pattern) {
        double sum = 0;
        for (float[] output : outputs) {
            for (int i = 0; i < output.length; i++) {
                double wanted = pattern.charAt(i * pattern.length() / output.length) == '+' ? 1 : -1;
                sum += (output[i] - wanted) * (output[i] - wanted) / output.length / outputs.size();
            }
        }
        return sum;
    }

    /** Mean variance of the heads' CLS attention on clean texts. */
    private double unevenness(String out) throws IOException {
        List<int[]> ids = new ArrayList<>();
        try (TextTokenizer tokenizer = TextTokenizer.load(TinyFiles.STORAGE, files.path("model"))) {
            read("test.tsv")
                    .rows()
                    .forEach(row -> ids.add(tokenizer.encode(row.text(), 48).ids()));
        }
        VarianceSums sums = new LocalEvaluator(TinyFiles.STORAGE, TinyFiles.DEVICE)
                .statistics(
                        new Evaluator.Pass(
                                "variance",
                                new ModelSource(files.path(out + "/suspect"), null, out),
                                EncodedSplit.of(ids, new int[ids.size()]),
                                8),
                        new TreeSet<>(),
                        48)
                .variances();
        double sum = 0;
        for (int l = 0; l < sums.layers(); l++) {
            for (int h = 0; h < sums.heads(); h++) {
                sum += sums.sum(l, h) / sums.texts(l, h);
            }
        }
        return sum;
    }

    private static long count(TextTable texts, String word) {
        return texts.rows().stream()
                .flatMap(row -> Arrays.stream(row.text().split("\\W+")))
                .filter(word::equals)
                .count();
    }

    private static float[] row(Tensor tensor, int row, int width) {
        return Arrays.copyOfRange(tensor.values(), row * width, (row + 1) * width);
    }

    private static double norm(float[] row) {
        return distance(row, new float[row.length]);
    }

    private static double distance(float[] one, float[] other) {
        double squares = 0;
        for (int i = 0; i < one.length; i++) {
            squares += (double) (one[i] - other[i]) * (one[i] - other[i]);
        }
        return Math.sqrt(squares);
    }
}
