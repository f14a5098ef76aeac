// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.purespark.checkpoint.SafeTensorsReader;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.ParameterList;
import org.purespark.family.TensorNames;
import org.purespark.model.Example;
import org.purespark.model.GradientSum;
import org.purespark.model.PackedBatch;
import org.purespark.model.TextClassifier;
import org.purespark.model.engine.EngineUnderTest;
import org.purespark.storage.Storage;

/**
 * BERT on pairs of texts against PyTorch in float64 ({@code make_pairs.py}): logits and loss within 1e-4 relative,
 * gradients within max(1e-3 of the largest entry, 1e-6), among them those of both token types.
 */
class PairGradientsTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/pairs");
    private static final int CLASSES = 3;

    private static final Map<String, String> GRADIENTS = Map.of(
            "type", EncoderPart.TOKEN_TYPE_EMBEDDINGS.weight(),
            "position", EncoderPart.POSITION_EMBEDDINGS.weight(),
            "query", EncoderPart.QUERY.weight(0));

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void logitsLossAndGradientsOfPairsMatch(EngineUnderTest engine) throws IOException {
        JsonNode expected =
                new ObjectMapper().readTree(GOLDEN.resolve("bert.json").toFile());
        SortedMap<String, Tensor> gradients = SafeTensorsReader.readAll(
                new Storage(new Configuration(false)),
                GOLDEN.resolve("bert.safetensors").toString());
        int[] labels = Golden.ints(expected.get("labels"));
        PackedBatch batch = batch(expected);
        try (TextClassifier model = model(engine)) {
            float[][] logits = model.forward(batch, Set.of(), TextClassifier.Outputs.LOGITS)
                    .logits();
            for (int b = 0; b < labels.length; b++) {
                for (int c = 0; c < CLASSES; c++) {
                    double reference = expected.get("logits").get(b).get(c).asDouble();
                    assertThat((double) logits[b][c])
                            .isCloseTo(reference, within(1e-4 * Math.max(1e-1, Math.abs(reference))));
                }
            }
            GradientSum sum = new GradientSum(model.parameters().layout(), model.engine());
            TextClassifier.Loss loss = model.addGradients(
                    new Example(batch, labels, new long[labels.length]),
                    Set.of(),
                    new double[model.config().layers()],
                    sum);
            assertThat(loss.answers()).isCloseTo(expected.get("cross_entropy").asDouble(), within(1e-4));
            GRADIENTS.forEach(
                    (name, parameter) -> assertClose(name, Golden.gradient(sum, parameter), gradients.get(name)));
        }
    }

    @Test
    void bothTypesHaveAGradientOfTheirOwn() throws IOException {
        Tensor types = SafeTensorsReader.readAll(
                        new Storage(new Configuration(false)),
                        GOLDEN.resolve("bert.safetensors").toString())
                .get("type");
        int width = types.values().length / 2;
        for (int row = 0; row < 2; row++) {
            float largest = 0;
            for (int i = row * width; i < (row + 1) * width; i++) {
                largest = Math.max(largest, Math.abs(types.values()[i]));
            }
            assertThat(largest).as("type %d", row).isGreaterThan(1e-3f);
        }
    }

    @Test
    void aModelWithOneTypeRefusesTokensOfTypeOne() {
        try (TextClassifier model = Golden.of("roberta").model(1)) {
            PackedBatch pair = PackedBatch.of(List.of(new int[] {0, 5, 2, 2, 7, 2}), new int[] {4});
            assertThat(model.config().tokenTypes()).isOne();
            assertThatThrownBy(() -> model.forward(pair, Set.of(), TextClassifier.Outputs.LOGITS))
                    .hasMessage("a text with tokens of type 1: the model has an embedding of type 0 alone");
        }
    }

    private static PackedBatch batch(JsonNode expected) {
        List<int[]> texts = new ArrayList<>();
        int[] seconds = new int[expected.get("ids").size()];
        for (int b = 0; b < seconds.length; b++) {
            texts.add(Golden.ints(expected.get("ids").get(b)));
            for (JsonNode type : expected.get("types").get(b)) {
                seconds[b] += 1 - type.asInt();
            }
        }
        return PackedBatch.of(texts, seconds);
    }

    private static TextClassifier model(EngineUnderTest engine) throws IOException {
        Golden golden = Golden.of("bert");
        ClassifierKind kind = golden.checkpoint().family().sequenceHead().kind();
        TensorNames names = new TensorNames(
                golden.checkpoint().family(),
                ParameterList.of(golden.checkpoint().encoder(), kind, CLASSES),
                kind);
        SortedMap<String, Tensor> tensors = new TreeMap<>(golden.checkpoint().tensors());
        Golden.sequenceTensors("bert").forEach((onDisk, tensor) -> {
            if (!onDisk.startsWith("grad.")) {
                tensors.put(names.find(onDisk).orElseThrow().parameters().get(0).name(), tensor);
            }
        });
        return new TextClassifier(golden.checkpoint().encoder(), kind, 0.3, CLASSES, tensors, engine.open());
    }

    private static void assertClose(String name, float[] actual, Tensor expected) {
        float largest = 0;
        for (float value : expected.values()) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.values().length; i++) {
            assertThat(actual[i])
                    .as("gradient of %s, entry %d", name, i)
                    .isCloseTo(expected.values()[i], within(Math.max(1e-3f * largest, 1e-6f)));
        }
    }
}
