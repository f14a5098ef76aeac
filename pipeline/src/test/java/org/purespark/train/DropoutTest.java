// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.DropoutRates;
import org.purespark.encoder.EncoderConfig;
import org.purespark.model.Example;
import org.purespark.model.GradientSum;
import org.purespark.model.PackedBatch;
import org.purespark.model.ParameterLayout;
import org.purespark.model.TextClassifier;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.random.DropoutMask;

/** Dropout in training: what the conformance kit leaves out. The tiny model's rates are 0.1. */
class DropoutTest {
    private static final Golden BERT = Golden.of("bert");
    private static final double[] PENALTY = {0.05, 0.1, 0.15};

    @Test
    void maskDropsItsShareAndKeepsTheMean() {
        DropoutMask mask = DropoutMask.of(DropoutMask.key(11, 0, 3), 2, 0.1);
        float[] ones = new float[200_000];
        java.util.Arrays.fill(ones, 1f);
        mask.apply(0, ones, 0, ones.length);
        int dropped = 0;
        double sum = 0;
        for (float value : ones) {
            dropped += value == 0 ? 1 : 0;
            sum += value;
            assertThat(value).isIn(0f, 1 / 0.9f);
        }
        assertThat((double) dropped / ones.length).isCloseTo(0.1, within(0.003));
        assertThat(sum / ones.length).isCloseTo(1.0, within(0.004));
    }

    @Test
    void maskOfAPartIsThePartOfTheMask() {
        DropoutMask mask = DropoutMask.of(DropoutMask.key(11, 1, 5), 4, 0.3);
        for (int first = 0; first < 7; first++) {
            float[] part = {1f, 1f, 1f, 1f, 1f};
            mask.apply(first, part, 1, 3);
            assertThat(part)
                    .containsExactly(1f, mask.factor(first), mask.factor(first + 1), mask.factor(first + 2), 1f);
        }
    }

    @Test
    void masksDifferBySeedEpochTextAndSite() {
        DropoutMask mask = DropoutMask.of(DropoutMask.key(11, 0, 0), 0, 0.5);
        assertThat(List.of(
                        DropoutMask.of(DropoutMask.key(12, 0, 0), 0, 0.5),
                        DropoutMask.of(DropoutMask.key(11, 1, 0), 0, 0.5),
                        DropoutMask.of(DropoutMask.key(11, 0, 1), 0, 0.5),
                        DropoutMask.of(DropoutMask.key(11, 0, 0), 1, 0.5)))
                .allSatisfy(other -> assertThat(factors(other)).isNotEqualTo(factors(mask)));
    }

    private static float[] factors(DropoutMask mask) {
        float[] factors = new float[64];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = mask.factor(i);
        }
        return factors;
    }

    @Test
    void aTextsGradientDoesNotDependOnItsNeighboursInTheMicroBatch() {
        try (TextClassifier model = BERT.model(1)) {
            float[] both = gradient(model, List.of(2, 7));
            float[] first = gradient(model, List.of(2));
            float[] second = gradient(model, List.of(7));
            for (int i = 0; i < both.length; i++) {
                // The cross-entropy of two texts is the mean of theirs; the penalty would couple them.
                assertThat(both[i]).isCloseTo((first[i] + second[i]) / 2, within(2e-6f));
            }
        }
    }

    @Test
    void theSameKeysGiveTheSameGradientOnOneThreadAndOnTwo() {
        try (TextClassifier one = BERT.model(1);
                TextClassifier two = BERT.model(2)) {
            float[] expected = gradient(one, List.of(0, 3, 8));
            float[] actual = gradient(two, List.of(0, 3, 8));
            for (int i = 0; i < expected.length; i++) {
                assertThat(actual[i]).isCloseTo(expected[i], within(1e-6f));
            }
        }
    }

    /** Central differences of the loss, masks held fixed by their keys, in every layer and before the classifier. */
    @Test
    void gradientsWithDropoutMatchFiniteDifferences() {
        try (TextClassifier model = new TextClassifier(
                BERT.checkpoint().encoder(),
                ClassifierKind.LINEAR,
                0.2,
                2,
                BERT.checkpoint().tensors(),
                new CpuEngine(1))) {
            Example example = example(List.of(0, 2, 5, 8));
            GradientSum sum = new GradientSum(model.parameters().layout(), model.engine());
            model.addGradients(example, Set.of(), PENALTY, sum);
            for (String name : List.of(
                    "embeddings.LayerNorm.weight",
                    "encoder.layer.0.attention.self.query.weight",
                    "encoder.layer.1.attention.self.value.weight",
                    "encoder.layer.1.attention.output.dense.bias",
                    "encoder.layer.2.intermediate.dense.weight",
                    "encoder.layer.2.output.LayerNorm.bias",
                    "classifier.weight")) {
                assertSlope(model, example, sum, name);
            }
        }
    }

    /** Layers have parameters in common; their gradients add up, each under masks of its own. */
    @ParameterizedTest
    @CsvSource({
        "mpnet, encoder.relative_attention_bias.weight",
        "mpnet, encoder.layer.2.attention.self.value.weight",
        "albert, encoder.layer.0.attention.self.query.weight",
        "albert, encoder.layer.0.intermediate.dense.weight"
    })
    void gradientsOfCommonParametersWithDropoutMatchFiniteDifferences(String family, String parameter) {
        Golden golden = Golden.of(family);
        EncoderConfig encoder = golden.checkpoint().encoder();
        EncoderConfig dropping = new EncoderConfig(
                encoder.architecture(),
                encoder.sizes(),
                new DropoutRates(0.1, 0.1, 0.1, 0.1, 0.1, 0.1),
                encoder.initializerRange(),
                encoder.padTokenId());
        try (TextClassifier model = new TextClassifier(
                dropping, ClassifierKind.LINEAR, 0.2, 2, golden.checkpoint().tensors(), new CpuEngine(1))) {
            Example example = example(golden, List.of(0, 2, 5, 8));
            GradientSum sum = new GradientSum(model.parameters().layout(), model.engine());
            model.addGradients(example, Set.of(), PENALTY, sum);
            assertSlope(model, example, sum, parameter);
        }
    }

    @Test
    void aFeedForwardPartMayHaveNoDropoutOnWhatItGives() {
        DropoutRates with = BERT.checkpoint().encoder().dropout();
        DropoutRates without = new DropoutRates(
                with.embeddings(), with.attention(), with.attentionOutput(), with.inner(), 0, with.classifier());
        Example dropping = example(List.of(0, 2, 5));
        Example keeping = new Example(dropping.batch(), dropping.answers(), new long[3]);
        assertThat(loss(without, keeping)).isEqualTo(loss(with, keeping));
        assertThat(loss(without, dropping)).isNotEqualTo(loss(with, dropping)).isNotEqualTo(loss(with, keeping));
    }

    private static double loss(DropoutRates rates, Example example) {
        EncoderConfig bert = BERT.checkpoint().encoder();
        EncoderConfig encoder =
                new EncoderConfig(bert.architecture(), bert.sizes(), rates, bert.initializerRange(), bert.padTokenId());
        try (TextClassifier model = new TextClassifier(
                encoder, ClassifierKind.LINEAR, 0, 2, BERT.checkpoint().tensors(), new CpuEngine(1))) {
            GradientSum sum = new GradientSum(model.parameters().layout(), model.engine());
            return model.addGradients(example, Set.of(), PENALTY, sum).total();
        }
    }

    /** Along the gradient itself, so that the difference stands out from float32 rounding. */
    private static void assertSlope(TextClassifier model, Example example, GradientSum sum, String name) {
        ParameterLayout layout = model.parameters().layout();
        ParameterLayout.Slice slice = layout.slice(name);
        float[] gradient = new float[slice.length()];
        sum.dense().get(slice.offset() - layout.denseStart(), gradient, 0, gradient.length);
        double squares = 0;
        for (float value : gradient) {
            squares += (double) value * value;
        }
        double norm = Math.sqrt(squares);
        double step = 2e-2;
        double slope = (lossAt(model, example, slice, gradient, step / norm)
                        - lossAt(model, example, slice, gradient, -step / norm))
                / (2 * step);
        assertThat(slope).as(name).isCloseTo(norm, within(0.02 * norm + 1e-4));
    }

    private static double lossAt(
            TextClassifier model, Example example, ParameterLayout.Slice slice, float[] direction, double distance) {
        float[] before = new float[slice.length()];
        model.parameters().memory().get(slice.offset(), before, 0, before.length);
        float[] moved = before.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += (float) (distance * direction[i]);
        }
        model.parameters().memory().put(slice.offset(), moved, 0, moved.length);
        double loss = model.addGradients(
                        example,
                        Set.of(),
                        PENALTY,
                        new GradientSum(model.parameters().layout(), model.engine()))
                .total();
        model.parameters().memory().put(slice.offset(), before, 0, before.length);
        return loss;
    }

    private static float[] gradient(TextClassifier model, List<Integer> texts) {
        GradientSum sum = new GradientSum(model.parameters().layout(), model.engine());
        model.addGradients(example(texts), Set.of(), new double[3], sum);
        return sum.dense().toArray();
    }

    private static Example example(List<Integer> texts) {
        return example(BERT, texts);
    }

    private static Example example(Golden golden, List<Integer> texts) {
        int[] labels = new int[texts.size()];
        long[] keys = new long[texts.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = golden.expected().get("labels").get(texts.get(i)).asInt();
            keys[i] = DropoutMask.key(11, 0, texts.get(i));
        }
        PackedBatch batch = golden.batch(texts);
        return new Example(batch, labels, keys);
    }
}
