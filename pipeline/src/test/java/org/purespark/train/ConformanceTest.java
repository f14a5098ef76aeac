// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.purespark.checkpoint.Tensor;
import org.purespark.family.KnownFamilies;
import org.purespark.heads.ClsVariance;
import org.purespark.heads.HeadScores;
import org.purespark.heads.LayerCoefficients;
import org.purespark.heads.VarianceSums;
import org.purespark.model.Example;
import org.purespark.model.ForwardPass;
import org.purespark.model.GradientSum;
import org.purespark.model.PackedBatch;
import org.purespark.model.ParameterLayout;
import org.purespark.model.TextClassifier;
import org.purespark.model.engine.EngineUnderTest;
import org.purespark.task.Answers;

/**
 * The model graph, its gradients and the optimizer, on every engine, against transformers 4.57 and PyTorch in float64
 * (no dropout). Tolerances: activations 1e-4 relative, gradients max(1e-3 of the tensor's largest entry, 1e-6), trained
 * parameters 2e-4 absolute; key biases 2e-3, since their true gradient is zero and AdamW amplifies rounding.
 */
class ConformanceTest {
    private static final int MAX_LENGTH = 128;
    /** For slow engines: the usual graph, and one of the most operations. */
    private static final List<String> KINDS_OF_GRAPHS = List.of("bert", "deberta-v2");

    static Stream<Arguments> enginesAndFamilies() {
        return Stream.of(EngineUnderTest.values())
                .flatMap(engine -> (engine.takesAll() ? KnownFamilies.goldenModels() : KINDS_OF_GRAPHS.stream())
                        .map(family -> Arguments.of(engine, family)));
    }

    static Stream<Arguments> enginesFamiliesAndMicroBatches() {
        return enginesAndFamilies().flatMap(arguments -> Stream.of("one", "three")
                .map(count -> Arguments.of(arguments.get()[0], arguments.get()[1], count)));
    }

    @ParameterizedTest
    @MethodSource("enginesAndFamilies")
    void logitsHiddenStatesAndClsAttentionMatch(EngineUnderTest engine, String family) throws IOException {
        Golden golden = Golden.of(family);
        try (TextClassifier model = golden.model(engine.open())) {
            PackedBatch batch = golden.allTexts();
            ForwardPass forward = model.forward(batch, Set.of(), TextClassifier.Outputs.LOGITS_AND_ATTENTION);
            assertLogits(forward, golden.expected().get("logits"));
            SortedMap<String, Tensor> activations = golden.tensors("activations.safetensors");
            assertHiddenStates(model.hiddenStates(batch, Set.of()), activations.get("last_hidden_state"), batch);
            Tensor attention = activations.get("cls_attention"); // [L, B, A, 128]
            int heads = model.config().heads();
            for (int l = 0; l < model.config().layers(); l++) {
                for (int b = 0; b < batch.texts(); b++) {
                    for (int h = 0; h < heads; h++) {
                        float[] row = forward.clsAttention(l, h, b);
                        int at = ((l * batch.texts() + b) * heads + h) * MAX_LENGTH;
                        for (int t = 0; t < row.length; t++) {
                            assertRelative(row[t], attention.values()[at + t], 1e-4);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndFamilies")
    void aClassifierOnSharedParametersComputesTheSame(EngineUnderTest engine, String family) {
        Golden golden = Golden.of(family);
        try (TextClassifier own = golden.model(engine.open());
                TextClassifier reading = new TextClassifier(
                        own.config(), golden.checkpoint().classifierKind(), own.parameters(), engine.open())) {
            PackedBatch batch = golden.allTexts();
            ForwardPass forward =
                    reading.forward(batch, golden.prunedHeads(), TextClassifier.Outputs.LOGITS_AND_ATTENTION);
            assertLogits(forward, golden.expected().get("pruned").get("logits"));
            float[][] states = reading.hiddenStates(batch, Set.of());
            float[][] expected = own.hiddenStates(batch, Set.of());
            for (int n = 0; n < expected.length; n++) {
                assertThat(states[n]).containsExactly(expected[n], within(1e-4f));
            }
            assertThatThrownBy(() -> reading.addGradients(
                            golden.example(golden.expected().get("micro_batch").get("indices")),
                            Set.of(),
                            golden.penaltyWeights(),
                            new GradientSum(own.parameters().layout(), own.engine())))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("a classifier on parameters that it shares does not learn");
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndFamilies")
    void headVarianceAndCoefficientsMatch(EngineUnderTest engine, String family) {
        Golden golden = Golden.of(family);
        try (TextClassifier model = golden.model(engine.open())) {
            HeadScores scores = scores(model, golden.allTexts(), Set.of());
            JsonNode expected = golden.expected().get("head_variance");
            for (int l = 0; l < scores.layers(); l++) {
                for (int h = 0; h < scores.heads(); h++) {
                    assertRelative(
                            scores.variance()[l][h], expected.get(l).get(h).asDouble(), 1e-4);
                }
            }
            LayerCoefficients coefficients = LayerCoefficients.of(scores, Set.of());
            double[] layerCoefficients = Golden.doubles(golden.expected().get("layer_coefficients"));
            for (int l = 0; l < layerCoefficients.length; l++) {
                assertThat(coefficients.coefficients()[l]).isCloseTo(layerCoefficients[l], within(1e-4));
            }
        }
    }

    static Stream<Arguments> enginesAndFamiliesOfVersion5() {
        return enginesAndFamilies()
                .filter(arguments -> !arguments.get()[1].toString().startsWith("relative/"));
    }

    /** [text][layer][head]: make_gate_gradients.py. */
    @ParameterizedTest
    @MethodSource("enginesAndFamiliesOfVersion5")
    void gradientsByTheGatesOfHeadsMatch(EngineUnderTest engine, String family) throws IOException {
        Golden golden = Golden.of(family);
        JsonNode expected = golden.json("gate_gradients.json");
        List<Integer> texts = IntStream.range(0, expected.size()).boxed().toList();
        int[] labels = texts.stream()
                .mapToInt(b -> golden.expected().get("labels").get(b).asInt())
                .toArray();
        try (TextClassifier model = golden.model(engine.open())) {
            double[][][] actual = model.gateGradients(golden.batch(texts), new Answers.Classes(labels), Set.of());
            for (int b = 0; b < actual.length; b++) {
                double largest = 0;
                for (JsonNode layer : expected.get(b)) {
                    largest = Math.max(
                            largest,
                            Arrays.stream(Golden.doubles(layer))
                                    .map(Math::abs)
                                    .max()
                                    .orElseThrow());
                }
                for (int l = 0; l < actual[b].length; l++) {
                    assertThat(actual[b][l])
                            .containsExactly(Golden.doubles(expected.get(b).get(l)), within(1e-4 * largest + 1e-7));
                }
            }
            assertThat(actual).hasDimensions(4, expected.get(0).size());
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndFamilies")
    void prunedLogitsAndLayerVarianceMatch(EngineUnderTest engine, String family) {
        Golden golden = Golden.of(family);
        try (TextClassifier model = golden.model(engine.open())) {
            PackedBatch batch = golden.allTexts();
            ForwardPass forward = model.forward(batch, golden.prunedHeads(), TextClassifier.Outputs.LOGITS);
            assertLogits(forward, golden.expected().get("pruned").get("logits"));
            HeadScores scores = scores(model, batch, golden.prunedHeads());
            LayerCoefficients coefficients = LayerCoefficients.of(scores, golden.prunedHeads());
            double[] expected = Golden.doubles(golden.expected().get("pruned").get("layer_variance"));
            for (int l = 0; l < expected.length; l++) {
                assertRelative(coefficients.layerVariance()[l], expected[l], 1e-4);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndFamilies")
    void lossPenaltyAndEveryGradientMatch(EngineUnderTest engine, String family) throws IOException {
        Golden golden = Golden.of(family);
        JsonNode expected = golden.expected().get("micro_batch");
        try (TextClassifier model = golden.model(engine.open())) {
            GradientSum gradients = new GradientSum(model.parameters().layout(), model.engine());
            TextClassifier.Loss loss = model.addGradients(
                    golden.example(expected.get("indices")), Set.of(), golden.penaltyWeights(), gradients);
            assertRelative(loss.answers(), expected.get("cross_entropy").asDouble(), 1e-4);
            assertRelative(loss.penalty(), expected.get("attention_penalty").asDouble(), 1e-4);
            double squares = gradients.denseSquares(
                            gradients.layout().denseStart(), gradients.layout().size())
                    + gradients.wordSquares();
            assertRelative(Math.sqrt(squares), expected.get("grad_norm").asDouble(), 1e-4);
            SortedMap<String, Tensor> reference = golden.tensors("gradients.safetensors");
            assertThat(reference.keySet())
                    .isEqualTo(model.parameters().layout().slices().keySet());
            reference.forEach((name, tensor) -> {
                float largest = 0;
                for (float value : tensor.values()) {
                    largest = Math.max(largest, Math.abs(value));
                }
                double tolerance = Math.max(1e-3 * largest, 1e-6);
                float[] actual = Golden.gradient(gradients, name);
                for (int i = 0; i < actual.length; i++) {
                    assertThat(actual[i]).as("gradient %s[%d]", name, i).isCloseTo(tensor.values()[i], within((float)
                            tolerance));
                }
            });
        }
    }

    static Stream<Arguments> familiesAndSteps() {
        return KnownFamilies.modelTypes()
                .flatMap(family -> Stream.of(Arguments.of(family, "one"), Arguments.of(family, "three")));
    }

    @ParameterizedTest
    @MethodSource("enginesFamiliesAndMicroBatches")
    void parametersAfterThreeAdamWStepsMatch(EngineUnderTest engine, String family, String microBatchesPerStep)
            throws IOException {
        Golden golden = Golden.of(family);
        String form = microBatchesPerStep.equals("one") ? "one_micro_batch" : "three_micro_batches";
        JsonNode expected = golden.expected().get("training_" + form + "_per_step");
        try (TextClassifier model = golden.model(engine.open())) {
            ParameterLayout layout = model.parameters().layout();
            OptimizerStep step = new OptimizerStep(
                    model,
                    new AdamW(new AdamW.Constants(0.9, 0.999, 1e-8, 0.01), AdamW.Owned.all(layout), model.engine()),
                    new OptimizerStep.StepObjective(Set.of(), golden.penaltyWeights(), 1.0),
                    Exchange.alone());
            Schedule schedule = new Schedule(1e-3, 0, 3);
            List<Example> all = new ArrayList<>();
            expected.get("micro_batches").forEach(indices -> all.add(golden.example(indices)));
            for (int s = 0; s < 3; s++) {
                List<Example> microBatches = form.startsWith("one") ? List.of(all.get(s)) : all;
                OptimizerStep.Result result =
                        step.apply(s + 1, OptimizerStep.Share.all(microBatches), schedule.rate(s));
                JsonNode trace = expected.get("trace").get(s);
                assertRelative(result.loss(), trace.get("loss").asDouble(), 1e-3);
                assertRelative(result.gradientNorm(), trace.get("grad_norm").asDouble(), 1e-3);
            }
            SortedMap<String, Tensor> trained = model.parameters().tensors();
            golden.tensors("trained_" + form + "_per_step.safetensors").forEach((name, tensor) -> {
                float tolerance = name.endsWith("key.bias") ? 2e-3f : 2e-4f;
                float[] actual = trained.get(name).values();
                for (int i = 0; i < actual.length; i++) {
                    assertThat(actual[i])
                            .as("parameter %s[%d]", name, i)
                            .isCloseTo(tensor.values()[i], within(tolerance));
                }
            });
        }
    }

    private static HeadScores scores(TextClassifier model, PackedBatch batch, Set<org.purespark.heads.Head> pruned) {
        ForwardPass forward = model.forward(batch, pruned, TextClassifier.Outputs.LOGITS_AND_ATTENTION);
        VarianceSums.Builder sums =
                new VarianceSums.Builder(model.config().layers(), model.config().heads());
        for (int l = 0; l < model.config().layers(); l++) {
            for (int h = 0; h < model.config().heads(); h++) {
                for (int b = 0; b < batch.texts(); b++) {
                    float[] row = forward.clsAttention(l, h, b);
                    sums.add(l, h, ClsVariance.of(row, 0, row.length, MAX_LENGTH));
                }
            }
        }
        return sums.build().scores();
    }

    /** Relative, or absolute where the logit is below 2e-2: it is then a difference of numbers that are much larger. */
    private static void assertLogits(ForwardPass forward, JsonNode expected) {
        for (int b = 0; b < expected.size(); b++) {
            for (int c = 0; c < expected.get(b).size(); c++) {
                double right = expected.get(b).get(c).asDouble();
                double tolerance = 1e-4 * Math.max(Math.abs(right), 2e-2);
                assertThat((double) forward.logits()[b][c]).isCloseTo(right, within(tolerance));
            }
        }
    }

    private static void assertHiddenStates(float[][] rows, Tensor expected, PackedBatch batch) {
        int width = expected.shape()[2];
        for (int b = 0; b < batch.texts(); b++) {
            for (int t = 0; t < batch.length(b); t++) {
                for (int i = 0; i < width; i++) {
                    float reference = expected.values()[(b * expected.shape()[1] + t) * width + i];
                    assertThat(rows[batch.starts()[b] + t][i]).isCloseTo(reference, within(1e-4f));
                }
            }
        }
    }

    /** Relative to the expected value, or absolute where that is below 1e-2. */
    private static void assertRelative(double actual, double expected, double tolerance) {
        assertThat(actual).isCloseTo(expected, within(tolerance * Math.max(Math.abs(expected), 1e-2)));
    }
}
