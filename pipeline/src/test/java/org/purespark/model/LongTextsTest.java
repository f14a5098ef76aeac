// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.purespark.encoder.Architecture;
import org.purespark.model.TextClassifier.Outputs;
import org.purespark.model.cpu.CpuEngine;

/** Texts of which several threads compute the attention of some heads each. */
class LongTextsTest {
    private static final PackedBatch TEXTS = RandomClassifier.texts(300, 5, 140);
    private static final int[] LABELS = {0, 2, 1};

    @ParameterizedTest
    @MethodSource("org.purespark.model.RandomClassifier#architectures")
    void giveTheSameBitsForAnyNumberOfThreads(Architecture architecture) {
        try (TextClassifier one = model(architecture, 1);
                TextClassifier three = model(architecture, 3)) {
            float[] gradient = gradient(one);
            // Threads that add to the same entries do not meet each time.
            for (int round = 0; round < 5; round++) {
                assertThat(gradient(three)).as("round %d", round).isEqualTo(gradient);
            }
            assertThat(three.forward(TEXTS, Set.of(), Outputs.LOGITS).logits())
                    .isDeepEqualTo(one.forward(TEXTS, Set.of(), Outputs.LOGITS).logits());
        }
    }

    private static float[] gradient(TextClassifier model) {
        ParameterLayout layout = model.parameters().layout();
        GradientSum sum = new GradientSum(layout, model.engine());
        model.addGradients(new Example(TEXTS, LABELS, new long[] {3, 5, 7}), Set.of(), new double[] {0.1, 0.2}, sum);
        float[] dense = new float[layout.size() - layout.denseStart()];
        sum.dense().get(0, dense, 0, dense.length);
        return dense;
    }

    private static TextClassifier model(Architecture architecture, int threads) {
        return RandomClassifier.of(
                RandomClassifier.config(architecture)
                        .positions(320)
                        .hidden(64)
                        .heads(4)
                        .layers(2)
                        .intermediate(48)
                        .build(),
                new CpuEngine(threads));
    }
}
