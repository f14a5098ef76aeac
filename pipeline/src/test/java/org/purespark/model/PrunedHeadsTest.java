// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.ClassifierKind;
import org.purespark.heads.Head;
import org.purespark.model.TextClassifier.Outputs;
import org.purespark.model.cpu.CpuEngine;
import org.purespark.model.engine.Engine;
import org.purespark.model.reference.ReferenceEngine;
import org.purespark.task.Answers;

/** Half of the heads pruned, in batches of so many tokens that the CPU's engine leaves their products out. */
class PrunedHeadsTest {
    private static final PackedBatch TEXTS = RandomClassifier.texts(40, 57, 3, 29);
    private static final int[] LABELS = {0, 1, 2, 0};
    private static final Set<Head> PRUNED =
            Set.of(new Head(0, 1), new Head(0, 2), new Head(1, 0), new Head(1, 3), new Head(2, 0), new Head(2, 1));

    @ParameterizedTest
    @MethodSource("org.purespark.model.RandomClassifier#architectures")
    void giveWhatAllProductsGive(Architecture architecture) {
        try (TextClassifier reference = model(architecture, new ReferenceEngine());
                TextClassifier cpu = model(architecture, new CpuEngine(1));
                TextClassifier reading =
                        new TextClassifier(cpu.config(), ClassifierKind.LINEAR, cpu.parameters(), new CpuEngine(1))) {
            float[][] expected =
                    reference.forward(TEXTS, PRUNED, Outputs.LOGITS).logits();
            for (TextClassifier model : List.of(cpu, reading)) {
                float[][] actual = model.forward(TEXTS, PRUNED, Outputs.LOGITS).logits();
                for (int b = 0; b < expected.length; b++) {
                    assertThat(actual[b]).containsExactly(expected[b], within(2e-4f));
                }
            }
            float[] ofReference = gradient(reference);
            float[] ofCpu = gradient(cpu);
            float largest = 0;
            for (float entry : ofReference) {
                largest = Math.max(largest, Math.abs(entry));
            }
            assertThat(ofCpu).containsExactly(ofReference, within(1e-4f * largest));
            double[][][] gates = cpu.gateGradients(TEXTS, new Answers.Classes(LABELS), PRUNED);
            for (Head head : PRUNED) {
                assertThat(gates[0][head.layer()][head.head()]).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.purespark.model.RandomClassifier#architectures")
    void giveTheSameBitsForAnyNumberOfThreads(Architecture architecture) {
        try (TextClassifier one = model(architecture, new CpuEngine(1));
                TextClassifier three = model(architecture, new CpuEngine(3))) {
            assertThat(gradient(three)).isEqualTo(gradient(one));
            assertThat(three.forward(TEXTS, PRUNED, Outputs.LOGITS).logits())
                    .isDeepEqualTo(one.forward(TEXTS, PRUNED, Outputs.LOGITS).logits());
        }
    }

    private static float[] gradient(TextClassifier model) {
        GradientSum sum = new GradientSum(model.parameters().layout(), model.engine());
        model.addGradients(
                new Example(TEXTS, LABELS, new long[] {3, 5, 7, 9}), PRUNED, new double[] {0.1, 0.2, 0.3}, sum);
        ParameterLayout layout = model.parameters().layout();
        float[] dense = new float[layout.size() - layout.denseStart()];
        sum.dense().get(0, dense, 0, dense.length);
        return dense;
    }

    private static TextClassifier model(Architecture architecture, Engine engine) {
        return RandomClassifier.of(
                RandomClassifier.config(architecture)
                        .positions(64)
                        .hidden(32)
                        .heads(4)
                        .layers(3)
                        .intermediate(48)
                        .build(),
                engine);
    }
}
