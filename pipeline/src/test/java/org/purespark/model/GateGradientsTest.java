// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.LayerSharing;
import org.purespark.encoder.Pooling;
import org.purespark.heads.Head;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.random.DropoutSamples;
import org.purespark.random.SeededRandom;
import org.purespark.task.Answers;
import org.purespark.task.LossKind;

/** Gradients by the gates of heads, against finite differences and against the gradient of the output projection. */
class GateGradientsTest {
    private static final ClassifierKind OF_FIRST = ClassifierKind.LINEAR;
    private static final ClassifierKind OF_MEAN = new ClassifierKind(Pooling.MEAN, new ClassifierKind.Inner.Nothing());
    private static final List<int[]> TEXTS =
            List.of(new int[] {2, 7, 9, 3}, new int[] {2, 3}, new int[] {2, 11, 12, 13, 14, 15, 16, 17, 18, 3});
    private static final int[] LABELS = {0, 2, 1};
    /** A change of a gate: large enough for the digits of a float32 loss. */
    private static final float STEP = 0.02f;

    private static EncoderConfig config(Architecture architecture) {
        return EncoderConfig.builder(architecture)
                .vocabulary(50)
                .positions(32)
                .tokenTypes(2)
                .hidden(24)
                .heads(3)
                .layers(2)
                .intermediate(40)
                .build();
    }

    static Stream<Named<Architecture>> architectures() {
        Architecture bert = Architecture.bert(0, 1e-12);
        return Stream.concat(
                Stream.of(Named.of("bert", bert), Named.of("layers with common weights", bert.with(LayerSharing.ALL))),
                OtherArchitectures.all());
    }

    /** A gate of layers with common weights is that of the head in all of them. */
    @ParameterizedTest
    @MethodSource("architectures")
    void areWhatASmallChangeOfAGateDoesToTheLoss(Architecture architecture) {
        for (ClassifierKind kind : List.of(OF_FIRST, OF_MEAN)) {
            EncoderConfig config = config(architecture);
            try (TextClassifier model = model(config, kind, random(config, kind))) {
                double[][][] ofTexts =
                        model.gateGradients(PackedBatch.of(TEXTS), new Answers.Classes(LABELS), Set.of());
                double[][] actual = new double[config.layers()][config.heads()]; // of the mean loss
                for (double[][] ofText : ofTexts) {
                    for (int l = 0; l < config.layers(); l++) {
                        for (int h = 0; h < config.heads(); h++) {
                            actual[config.parameterLayer(l)][h] += ofText[l][h] / TEXTS.size();
                        }
                    }
                }
                assertThat(largest(actual)).isGreaterThan(1e-3);
                for (int l = 0; l < config.layers(); l++) {
                    for (int h = 0; h < config.heads() && config.parameterLayer(l) == l; h++) {
                        double up = loss(config, kind, new Head(l, h), 1 + STEP);
                        double down = loss(config, kind, new Head(l, h), 1 - STEP);
                        assertThat(actual[l][h])
                                .as("%s, head %s.%s", kind.pooling(), l, h)
                                .isCloseTo((up - down) / (2 * STEP), within(2e-3 * largest(actual) + 2e-5));
                    }
                }
            }
        }
    }

    /** The same masks in all runs; of hidden states, attention and the classifier's input. */
    @Test
    void withDropoutTheyAreWhatAGateDoesUnderTheSameMasks() {
        EncoderConfig config = config(Architecture.bert(0, 1e-12));
        long[] keys = new long[TEXTS.size()];
        for (int text = 0; text < keys.length; text++) {
            keys[text] = new DropoutSamples(2, 11).key(1, text);
        }
        try (TextClassifier model = model(config, OF_FIRST, random(config, OF_FIRST))) {
            PackedBatch batch = PackedBatch.of(TEXTS);
            Answers answers = new Answers.Classes(LABELS);
            double[][][] ofTexts = model.gateGradients(new Example(batch, answers, keys), Set.of());
            assertThat(ofTexts).isNotEqualTo(model.gateGradients(batch, answers, Set.of()));
            double[][] actual = new double[config.layers()][config.heads()];
            for (double[][] ofText : ofTexts) {
                for (int l = 0; l < config.layers(); l++) {
                    for (int h = 0; h < config.heads(); h++) {
                        actual[l][h] += ofText[l][h] / TEXTS.size();
                    }
                }
            }
            for (int l = 0; l < config.layers(); l++) {
                for (int h = 0; h < config.heads(); h++) {
                    double up = loss(config, OF_FIRST, new Head(l, h), 1 + STEP, keys);
                    double down = loss(config, OF_FIRST, new Head(l, h), 1 - STEP, keys);
                    assertThat(actual[l][h])
                            .as("head %s.%s", l, h)
                            .isCloseTo((up - down) / (2 * STEP), within(2e-3 * largest(actual) + 2e-5));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void areProductsOfTheOutputProjectionWithItsGradientByOneText(Architecture architecture) {
        EncoderConfig config = config(architecture);
        try (TextClassifier model = model(config, OF_FIRST, random(config, OF_FIRST))) {
            GradientSum sum = new GradientSum(model.parameters().layout(), model.engine());
            for (int b = 0; b < TEXTS.size(); b++) {
                PackedBatch text = PackedBatch.of(List.of(TEXTS.get(b)));
                sum.clear();
                model.addGradients(
                        new Example(text, new int[] {LABELS[b]}, new long[1]),
                        Set.of(),
                        new double[config.layers()],
                        sum);
                double[][] gates = model.gateGradients(text, new Answers.Classes(new int[] {LABELS[b]}), Set.of())[0];
                double[][] expected = new double[config.layers()][config.heads()];
                double[][] actual = new double[config.layers()][config.heads()];
                for (int l = 0; l < config.layers(); l++) {
                    int own = config.parameterLayer(l);
                    for (int h = 0; h < config.heads(); h++) {
                        expected[own][h] = product(model, sum, own, h);
                        actual[own][h] += gates[l][h];
                    }
                }
                for (int l = 0; l < config.layers(); l++) {
                    assertThat(actual[l]).containsExactly(expected[l], within(1e-4 * largest(expected)));
                }
            }
        }
    }

    /** <W_O[:, h], dL/dW_O[:, h]>. */
    private static double product(TextClassifier model, GradientSum sum, int layer, int head) {
        EncoderConfig config = model.config();
        ParameterLayout layout = model.parameters().layout();
        ParameterLayout.Slice slice = layout.slice(EncoderPart.ATTENTION_OUTPUT.weight(layer));
        float[] gradient = new float[slice.length()];
        sum.dense().get(slice.offset() - layout.denseStart(), gradient, 0, gradient.length);
        float[] weight = model.parameters().tensors().get(slice.name()).values();
        double product = 0;
        for (int i = 0; i < weight.length; i++) {
            if (i % config.hidden() / config.headSize() == head) {
                product += (double) weight[i] * gradient[i];
            }
        }
        return product;
    }

    @Test
    void ofAPrunedHeadAreZeroAndOthersAreThoseOfThePrunedModel() {
        EncoderConfig config = config(Architecture.bert(0, 1e-12));
        try (TextClassifier model = model(config, OF_FIRST, random(config, OF_FIRST))) {
            PackedBatch batch = PackedBatch.of(TEXTS);
            double[][][] all = model.gateGradients(batch, new Answers.Classes(LABELS), Set.of());
            double[][][] pruned = model.gateGradients(batch, new Answers.Classes(LABELS), Set.of(new Head(0, 1)));
            assertThat(pruned[0][0][1]).isZero();
            assertThat(pruned[0][1][0]).isNotEqualTo(all[0][1][0]).isNotZero();
        }
    }

    @Test
    void needALoss() {
        EncoderConfig config = config(Architecture.bert(0, 1e-12));
        try (TextClassifier own = model(config, OF_FIRST, random(config, OF_FIRST));
                TextClassifier reading = new TextClassifier(config, OF_FIRST, own.parameters(), new CpuEngine(1));
                TextClassifier sensing = new TextClassifier(
                        config, OF_FIRST, LossKind.CROSS_ENTROPY, own.parameters(), new CpuEngine(1))) {
            PackedBatch batch = PackedBatch.of(TEXTS);
            Answers answers = new Answers.Classes(LABELS);
            assertThat(sensing.gateGradients(batch, answers, Set.of()))
                    .isDeepEqualTo(own.gateGradients(batch, answers, Set.of()));
            assertThatThrownBy(() -> reading.gateGradients(batch, answers, Set.of()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("a classifier without a loss has no gradients");
        }
    }

    private static SortedMap<String, Tensor> random(EncoderConfig config, ClassifierKind kind) {
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        for (ParameterLayout.Slice slice :
                new ParameterLayout(config, kind, 3).slices().values()) {
            SeededRandom random = SeededRandom.of(slice.offset(), SeededRandom.Purpose.TEST_WEIGHTS);
            float[] values = new float[slice.length()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (0.3 * random.nextGaussian());
            }
            tensors.put(slice.name(), Tensor.of(values, slice.shape()));
        }
        return tensors;
    }

    private static TextClassifier model(EncoderConfig config, ClassifierKind kind, SortedMap<String, Tensor> tensors) {
        return new TextClassifier(config, kind, 0.1, 3, tensors, new CpuEngine(1));
    }

    /** The mean loss with a gate at {@code gate}: what a head gives is multiplied by it if the head's values are. */
    private static double loss(EncoderConfig config, ClassifierKind kind, Head head, float gate) {
        return loss(config, kind, head, gate, new long[TEXTS.size()]);
    }

    private static double loss(EncoderConfig config, ClassifierKind kind, Head head, float gate, long[] keys) {
        SortedMap<String, Tensor> tensors = random(config, kind);
        for (String name : List.of(EncoderPart.VALUE.weight(head.layer()), EncoderPart.VALUE.bias(head.layer()))) {
            if (tensors.containsKey(name)) {
                float[] values = tensors.get(name).values().clone();
                int length = values.length / config.heads();
                for (int i = head.head() * length; i < (head.head() + 1) * length; i++) {
                    values[i] *= gate;
                }
                tensors.put(name, Tensor.of(values, tensors.get(name).shape()));
            }
        }
        try (TextClassifier model = model(config, kind, tensors)) {
            return model.addGradients(
                            new Example(PackedBatch.of(TEXTS), LABELS, keys),
                            Set.of(),
                            new double[config.layers()],
                            new GradientSum(model.parameters().layout(), model.engine()))
                    .answers();
        }
    }

    private static double largest(double[][] values) {
        double largest = 0;
        for (double[] row : values) {
            for (double value : row) {
                largest = Math.max(largest, Math.abs(value));
            }
        }
        return largest;
    }
}
