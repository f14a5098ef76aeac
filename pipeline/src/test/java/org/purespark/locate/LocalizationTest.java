// SPDX-License-Identifier: Apache-2.0
package org.purespark.locate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.CheckpointWriter;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.ModelCard;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.evaluate.LocalEvaluator;
import org.purespark.family.ExportForm;
import org.purespark.locate.Localization.Detail;
import org.purespark.locate.LocateFile.Measured;
import org.purespark.purify.Inputs;
import org.purespark.purify.Surroundings;
import org.purespark.purify.TinyFiles;
import org.purespark.random.SeededRandom;
import org.purespark.run.Versions;
import org.purespark.run.artifact.MetricsFile.Figures;
import org.purespark.train.WeightChange;

/** On a model of three layers with four heads each. */
class LocalizationTest {
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

    private LocateFile locate(Inputs.Builder inputs, Detail detail) throws IOException {
        Surroundings surroundings = new Surroundings(
                TinyFiles.STORAGE,
                new LocalEvaluator(TinyFiles.STORAGE, TinyFiles.DEVICE),
                files.fineTuner(),
                Versions.of("test", null, "test"),
                Clock.systemUTC(),
                files.said()::add);
        return new Localization(surroundings, TinyFiles.settings())
                .run(inputs.build(), detail, files.path("located.json"));
    }

    private Inputs.Builder inputs(String model) {
        return Inputs.builder()
                .model(files.path(model))
                .classifier(CLASSIFIER)
                .test(files.path("test.tsv"))
                .poisonedTest(files.path("poisoned.tsv"))
                .target("1");
    }

    private Checkpoint read(String name) throws IOException {
        return new CheckpointReader(TinyFiles.STORAGE).read(ModelAddress.of(files.path(name)));
    }

    /** The clean model with noise in the place of some tensors. */
    private void writeWithNoise(String name, List<String> noisy) throws IOException {
        Checkpoint clean = read("model");
        SortedMap<String, Tensor> tensors = new TreeMap<>(clean.tensors());
        for (String tensor : noisy) {
            SeededRandom random = SeededRandom.of(7, SeededRandom.Purpose.TEST_WEIGHTS, tensor.hashCode());
            float[] values = new float[tensors.get(tensor).values().length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (3 * random.nextGaussian());
            }
            tensors.put(tensor, new Tensor(tensors.get(tensor).shape(), values));
        }
        new CheckpointWriter(TinyFiles.STORAGE)
                .write(
                        clean.with(tensors, List.of(), new TreeSet<>()),
                        files.path(name),
                        ExportForm.DENSE,
                        ModelCard.of("A test", "Of no use.", 128, Map.of()));
    }

    private static Figures figures(LocateFile file, Way way, String place) {
        return file.changes().stream()
                .filter(change ->
                        change.way() == way && change.place().inWords().equals(place))
                .map(Measured::figures)
                .findFirst()
                .orElseThrow();
    }

    /** The suspect is the clean model but for one MLP: that transplant alone gives the clean model. */
    @Test
    void thePartInWhichTheSuspectDiffersIsFound() throws IOException {
        writeWithNoise("suspect", List.of(EncoderPart.OUTPUT.weight(1), EncoderPart.INTERMEDIATE.weight(1)));
        Figures clean = locate(inputs("model"), Detail.LAYERS).suspect();
        LocateFile file = locate(inputs("suspect").cleanModel(files.path("model")), Detail.LAYERS);
        assertThat(file.suspect()).isNotEqualTo(clean);
        for (String whole :
                List.of("MLP of layer 1", "layers 0 to 1", "layers 0 to 2", "layers 1 to 2", "whole encoder")) {
            assertThat(figures(file, Way.TRANSPLANT, whole)).as(whole).isEqualTo(clean);
        }
        for (String other : List.of("word embeddings", "MLP of layer 0", "attention of layer 1", "layer 2")) {
            assertThat(figures(file, Way.TRANSPLANT, other)).as(other).isEqualTo(file.suspect());
        }
        assertThat(file.cleanTexts()).isEqualTo(24);
        assertThat(file.targetName()).isEqualTo("LABEL_1");
        assertThat(files.said()).contains("locate: " + (6 + 14) + " changes of the suspect");
    }

    @Test
    void theFileHasWhatIsMeasured() throws IOException {
        LocateFile file = locate(inputs("model"), Detail.HEADS);
        JsonNode json = new ObjectMapper().readTree(files.read("located.json"));
        assertThat(json.get("schema").intValue()).isEqualTo(1);
        assertThat(json.get("measure").textValue()).isEqualTo("accuracy");
        assertThat(json.get("cleanModel").isNull()).isTrue();
        assertThat(json.get("suspect").get("accuracy").doubleValue())
                .isEqualTo(file.suspect().accuracy());
        assertThat(json.get("changes")).hasSize(6 + 12);
        JsonNode last = json.get("changes").get(17);
        assertThat(last.get("way").textValue()).isEqualTo("off");
        assertThat(last.get("place").toString())
                .isEqualTo("{\"part\":\"head\",\"firstLayer\":2,\"lastLayer\":2,\"head\":3}");
        assertThat(last.get("figures").get("labelFlipRate").doubleValue())
                .isEqualTo(figures(file, Way.OFF, "head 3 of layer 2").labelFlipRate());
    }

    @Test
    void headsOneByOneMakeTheAttentionOfALayer() throws IOException {
        writeWithNoise(
                "suspect",
                List.of(
                        EncoderPart.QUERY.weight(1),
                        EncoderPart.KEY.bias(1),
                        EncoderPart.VALUE.weight(1),
                        EncoderPart.ATTENTION_OUTPUT.weight(1)));
        Checkpoint suspect = read("suspect");
        Checkpoint clean = read("model");
        List<String> names = ParameterList.ofEncoder(suspect.encoder()).specs().stream()
                .filter(spec -> spec.layer() == 1 && spec.headAxis() != ParameterSpec.HeadAxis.NONE)
                .map(ParameterSpec::name)
                .toList();
        SortedMap<String, Tensor> tensors = new TreeMap<>(suspect.tensors());
        int d = suspect.encoder().hidden();
        int e = suspect.encoder().headSize();
        for (int head = 0; head < suspect.encoder().heads(); head++) {
            WeightChange change = new HeadTransplant(ModelAddress.of(files.path("model")), head, names);
            change.apply(suspect, tensors, TinyFiles.STORAGE);
            float[] query = tensors.get(EncoderPart.QUERY.weight(1)).values();
            int changed = Arrays.mismatch(
                    query, clean.tensors().get(EncoderPart.QUERY.weight(1)).values());
            assertThat(changed).isEqualTo(head == 3 ? -1 : (head + 1) * e * d);
            float[] output = tensors.get(EncoderPart.ATTENTION_OUTPUT.weight(1)).values();
            changed = Arrays.mismatch(
                    output,
                    clean.tensors().get(EncoderPart.ATTENTION_OUTPUT.weight(1)).values());
            assertThat(changed).isEqualTo(head == 3 ? -1 : (head + 1) * e);
        }
        clean.tensors()
                .forEach((name, tensor) ->
                        assertThat(tensors.get(name).values()).as(name).isEqualTo(tensor.values()));
    }

    @Test
    void aCleanModelOfAnotherShapeIsRefused() throws IOException {
        String roberta = Path.of("src/test/resources/golden/roberta/model").toString();
        assertRefused(
                inputs("model").cleanModel(roberta),
                "the model " + roberta + " does not fit the suspect: tensor ",
                "; give a model with the suspect's architecture and vocabulary");
    }

    @Test
    void aSuspectWithoutClassifierIsRefused() {
        assertRefused(
                inputs("model").classifier(null),
                "the model " + files.path("model") + " has no classifier for the labels of the texts, so nothing can be"
                        + " measured: name one with --classifier",
                "");
    }

    @Test
    void triggeredTextsThatHaveTheTargetAlreadyAreRefused() throws IOException {
        files.write("poisoned.tsv", "sentence\tlabel\ngood cf\t1\nfine cf\t1\n");
        assertRefused(
                inputs("model"),
                "--poisoned-test " + files.path("poisoned.tsv") + ": none of its texts can flip to the target LABEL_1",
                "give triggered texts with their true labels");
    }

    @Test
    void aPlaceThatHoldsAnInputIsRefused() {
        Inputs inputs = inputs("model").build();
        assertThatThrownBy(() -> Localization.requireWritable(TinyFiles.STORAGE, inputs, files.path("test.tsv")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is the input --data " + files.path("test.tsv"));
        assertThatThrownBy(() -> {
                    Files.createDirectory(directory.resolve("there"));
                    Localization.requireWritable(TinyFiles.STORAGE, inputs, files.path("there"));
                })
                .hasMessage("--out " + files.path("there") + " is a directory: name a file, such as "
                        + files.path("there") + "/located.json");
    }

    private void assertRefused(Inputs.Builder inputs, String start, String end) {
        assertThatThrownBy(() -> locate(inputs, Detail.LAYERS))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(start)
                .hasMessageContaining(end);
        assertThat(directory.resolve("located.json")).doesNotExist();
    }
}
