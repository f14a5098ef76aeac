// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.purespark.model.engine.Draw.Scale;
import org.purespark.model.engine.OperationRun.Asked;
import org.purespark.model.engine.OperationRun.Places;
import org.purespark.model.reference.ReferenceEngine;

/** The contract of all engines at the edges of formulas. */
class KernelEdgesTest {
    /** Texts short and long, heads of four entries, with dropout. */
    private static final int TRIAL = 15;

    private final Draw draw = new Draw(11, TRIAL, Scale.FULL);

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void reluHasNoSlopeAtZero(EngineUnderTest under) {
        float[] x = new float[draw.texts() * draw.width()];
        x[1] = 0.5f;
        x[2] = -0.5f;
        float[] ones = new float[x.length];
        Arrays.fill(ones, 1f);
        float[] expected = new float[x.length];
        expected[1] = 1f;
        try (Engine engine = under.open();
                OperationRun run =
                        new OperationRun(engine, Operations.RELU.of(draw).with("x", x))) {
            run.forward(Asked.ALL);
            assertThat(run.gradients(Map.of("y", ones), Places.OF_THEIR_OWN).get("x"))
                    .containsExactly(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void aHeadThatAttendsToNothingHasNoPenaltyGradient(EngineUnderTest under) {
        Operation penalty = Operations.ATTENTION_PENALTY.of(draw);
        float[] attention = penalty.inputs().get("layer 1").entries().clone();
        for (int i = 0; i < attention.length; i += draw.heads()) {
            attention[i] = 0f;
        }
        try (Engine engine = under.open();
                OperationRun run = new OperationRun(engine, penalty.with("layer 1", attention))) {
            assertThat(run.forward(Asked.ALL).get("roots")[draw.heads()]).isZero();
            float[] gradient = run.gradients(Map.of("penalty", new float[] {1f}), Places.OF_THEIR_OWN)
                    .get("layer 1");
            for (int i = 0; i < gradient.length; i++) {
                assertThat(gradient[i]).isFinite();
                assertThat(gradient[i] == 0f).isEqualTo(attention[i] == 0f);
            }
        }
    }

    /** Scores are whole numbers, up to some thousands: float32 has them exactly, and exp of them would be infinite. */
    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void scoresThatAreFarFromZeroDoNotOverflow(EngineUnderTest under) {
        assertLikeTheReference(under, large(Operations.SELF_ATTENTION.of(draw), 32));
        assertLikeTheReference(under, large(Operations.BUCKET_ATTENTION.of(draw), 32));
        assertLikeTheReference(under, large(Operations.FIRST_TOKEN_ATTENTION.of(draw), 32));
        assertLikeTheReference(under, large(Operations.CROSS_ENTROPY.of(draw), 1024));
    }

    /** The operation on inputs that are so many times as large, and whole numbers. */
    private static Operation large(Operation operation, int factor) {
        Operation large = operation;
        for (Map.Entry<String, Operation.Input> input : operation.inputs().entrySet()) {
            float[] entries = input.getValue().entries().clone();
            for (int i = 0; i < entries.length; i++) {
                entries[i] = Math.round(entries[i] * factor);
            }
            large = large.with(input.getKey(), entries);
        }
        return large;
    }

    /** Results close to the reference's, and gradients that are numbers. */
    private void assertLikeTheReference(EngineUnderTest under, Operation operation) {
        Map<String, float[]> outGradients = operation.outGradients(draw);
        try (Engine engine = under.open();
                OperationRun actual = new OperationRun(engine, operation);
                OperationRun expected = new OperationRun(new ReferenceEngine(), operation)) {
            Map<String, float[]> results = actual.forward(Asked.ALL);
            expected.forward(Asked.ALL).forEach((name, values) -> {
                assertFinite(name, values);
                if (operation.isShared(name)) {
                    Closeness.assertClose(name, results.get(name), values);
                }
            });
            // They are differences of large numbers, which float32 has not so exactly.
            actual.gradients(outGradients, Places.OF_THEIR_OWN).forEach(KernelEdgesTest::assertFinite);
        }
    }

    private static void assertFinite(String name, float[] values) {
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).as("%s[%d]", name, i).isFinite();
        }
    }
}
