// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.purespark.checkpoint.Tensor;
import org.purespark.model.Example;
import org.purespark.model.GradientSum;
import org.purespark.model.TextClassifier;
import org.purespark.model.engine.EngineUnderTest;

/**
 * Settings that the golden models of their families do not have, against transformers in float64
 * ({@code make_variants.py}, seed 11): logits and loss within 1e-4 relative, gradients within max(1e-3 of the largest
 * entry, 1e-6). The longest text is longer than windows and buckets.
 */
class VariantsTest {
    private static final List<String> VARIANTS = List.of(
            "deberta-own-weights",
            "deberta-queries-alone",
            "deberta-keys-alone",
            "deberta-positions-and-types",
            "deberta-plain",
            "deberta-convolution",
            "deberta-convolution-of-one-layer",
            "modernbert-near",
            "modernbert-everywhere");

    static Stream<Arguments> enginesAndVariants() {
        return Stream.of(EngineUnderTest.values())
                .flatMap(engine -> VARIANTS.stream().map(variant -> Arguments.of(engine, variant)));
    }

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void logitsLossAndEveryGradientMatch(EngineUnderTest engine, String variant) throws IOException {
        Golden golden = Golden.of("variants/" + variant);
        try (TextClassifier model = golden.model(engine.open())) {
            float[][] logits = model.forward(golden.allTexts(), Set.of(), TextClassifier.Outputs.LOGITS)
                    .logits();
            for (int b = 0; b < logits.length; b++) {
                for (int c = 0; c < 2; c++) {
                    double expected =
                            golden.expected().get("logits").get(b).get(c).asDouble();
                    assertThat((double) logits[b][c])
                            .as("logit %d of text %d", c, b)
                            .isCloseTo(expected, within(1e-4 * Math.max(Math.abs(expected), 1e-2)));
                }
            }
            int[] labels = Golden.ints(golden.expected().get("labels"));
            GradientSum gradients = new GradientSum(model.parameters().layout(), model.engine());
            TextClassifier.Loss loss = model.addGradients(
                    new Example(golden.allTexts(), labels, new long[labels.length]),
                    Set.of(),
                    new double[model.config().layers()],
                    gradients);
            assertThat(loss.answers())
                    .isCloseTo(golden.expected().get("cross_entropy").asDouble(), within(1e-4));
            SortedMap<String, Tensor> expected = golden.tensors("gradients.safetensors");
            assertThat(expected.keySet())
                    .isEqualTo(model.parameters().layout().slices().keySet());
            expected.forEach((name, tensor) -> assertGradient(Golden.gradient(gradients, name), name, tensor));
        }
    }

    private static void assertGradient(float[] actual, String name, Tensor expected) {
        float largest = 0;
        for (float value : expected.values()) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i])
                    .as("gradient %s[%d]", name, i)
                    .isCloseTo(expected.values()[i], within(Math.max(1e-3f * largest, 1e-6f)));
        }
    }
}
