// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.purespark.model.engine.Draw.Scale;
import org.purespark.model.engine.UpdateKernels.AdamUpdate;
import org.purespark.model.engine.UpdateKernels.From;
import org.purespark.model.engine.UpdateKernels.Moments;
import org.purespark.model.reference.ReferenceEngine;

/**
 * The contract of all engines for parameters, gradients and moments: results are those of the reference engine, and the
 * same bits in each variant of an engine. Whole arrays are compared, so entries outside a range must not change.
 */
class UpdateContractTest {
    /** Long enough to be cut into pieces for several threads; not a whole number of vectors. */
    private static final int LONG = 50_001;

    private final Draw draw = new Draw(11, 0, Scale.FULL);

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void lookUpsAreAddedUp(EngineUnderTest under) {
        int words = 40;
        int tokens = 150;
        for (int width : new int[] {7, 16, 30}) {
            float[] table = draw.entries(3, words, width);
            long[] starts = {width, 0, (long) 2 * words * width};
            int[][] rows = {rows(tokens, words - 1), rows(tokens, words), new int[tokens]};
            holds(under, engine -> {
                try (DeviceArray from = array(engine, table);
                        DeviceArray to = engine.allocate(tokens, width)) {
                    engine.updates().lookUp(from, starts, rows, to);
                    return Map.of("rows", to.toArray());
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void rowsThatRepeatAreAddedEach(EngineUnderTest under) {
        int tokens = 100;
        int width = 21;
        int[] rows = rows(tokens, 8);
        float[] values = draw.entries(tokens, width);
        float[] before = draw.entries(10, width);
        holds(under, engine -> {
            try (DeviceArray sums = state(engine, before);
                    DeviceArray added = array(engine, values)) {
                engine.updates().scatterAdd(sums, width, rows, added.view(0, tokens, width));
                return Map.of("sums", sums.toArray());
            }
        });
    }

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void rangesAreAddedToSums(EngineUnderTest under) {
        float[] before = draw.entries(LONG + 9);
        float[] added = draw.entries(LONG + 5);
        holds(under, engine -> {
            try (DeviceArray ofArray = state(engine, before);
                    DeviceArray ofState = state(engine, before);
                    DeviceArray array = array(engine, added);
                    DeviceArray state = state(engine, added)) {
                engine.updates().addTo(ofArray, 4, new From(array, 3), LONG);
                engine.updates().addTo(ofState, 4, new From(state, 3), LONG);
                engine.updates().addTo(ofState, 0, new From(state, 0), 0);
                return Map.of("sums of an array", ofArray.toArray(), "sums of state", ofState.toArray());
            }
        });
    }

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void buffersAreAddedToSums(EngineUnderTest under) {
        float[] before = draw.entries(LONG + 9);
        FloatBuffer added = FloatBuffer.wrap(draw.entries(LONG + 5)).position(2).limit(LONG + 2);
        holds(under, engine -> {
            try (DeviceArray sums = state(engine, before)) {
                engine.updates().addTo(sums, 4, added);
                engine.updates().addTo(sums, 0, FloatBuffer.allocate(0));
                assertThat(added.position()).isEqualTo(2);
                return Map.of("sums", sums.toArray());
            }
        });
    }

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void rangesAreCopiedToTheLastBit(EngineUnderTest under) {
        float[] values = draw.entries(LONG + 5);
        float[] before = draw.entries(LONG + 9);
        float[] after = before.clone();
        System.arraycopy(values, 3, after, 4, LONG);
        try (Engine engine = under.open();
                DeviceArray array = array(engine, values);
                DeviceArray toArray = array(engine, before);
                DeviceArray state = state(engine, values);
                DeviceArray toState = state(engine, before)) {
            UpdateKernels updates = engine.updates();
            updates.copy(new From(state, 3), new From(toState, 4), LONG);
            updates.copy(new From(array, 3), new From(toArray, 4), LONG);
            assertThat(toState.toArray()).isEqualTo(after);
            assertThat(toArray.toArray()).isEqualTo(after);
            updates.copy(new From(array, 0), new From(toState, 0), values.length);
            updates.copy(new From(state, 0), new From(toArray, 0), values.length);
            System.arraycopy(values, 0, after, 0, values.length);
            assertThat(toState.toArray()).isEqualTo(after);
            assertThat(toArray.toArray()).isEqualTo(after);
        }
    }

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void squaresAreThoseOfARange(EngineUnderTest under) {
        float[] values = draw.entries(LONG + 5);
        double expected = 0;
        for (int i = 3; i < 3 + LONG; i++) {
            expected += (double) values[i] * values[i];
        }
        double sum = expected;
        under.withEachVariant(engines -> {
            double first = squares(engines.get(0), values);
            assertThat(first).isCloseTo(sum, within(2e-6 * sum));
            engines.forEach(engine -> assertThat(squares(engine, values)).isEqualTo(first));
        });
    }

    private static double squares(Engine engine, float[] values) {
        try (DeviceArray state = state(engine, values)) {
            assertThat(engine.updates().squares(state, 5, 5)).isZero();
            return engine.updates().squares(state, 3, 3 + LONG);
        }
    }

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void rangesAreCleared(EngineUnderTest under) {
        float[] values = draw.entries(LONG);
        float[] after = values.clone();
        Arrays.fill(after, 3, LONG - 4, 0f);
        try (Engine engine = under.open();
                DeviceArray state = state(engine, values)) {
            engine.updates().clear(state, 3, LONG - 7);
            assertThat(state.toArray()).isEqualTo(after);
        }
    }

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void weightsAndMomentsFollowAdamW(EngineUnderTest under) {
        float[] weights = draw.entries(LONG + 9);
        float[] gradients = draw.entries(LONG + 5);
        float[] first = draw.entries(LONG + 2);
        float[] second = squared(draw.entries(LONG + 2));
        holds(under, engine -> {
            try (DeviceArray w = array(engine, weights);
                    DeviceArray g = state(engine, gradients);
                    DeviceArray m = state(engine, first);
                    DeviceArray v = state(engine, second)) {
                engine.updates().adamW(adam(), new From(w, 5), new From(g, 3), new Moments(m, v), 1, LONG);
                return weightsAndMoments(w, m, v);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(EngineUnderTest.class)
    void rowsThatMoveFollowAdamWAndOthersDecay(EngineUnderTest under) {
        int words = 1200;
        int width = 21;
        float[] weights = draw.entries(words + 2, width);
        float[] first = draw.entries(words, width);
        float[] second = squared(draw.entries(words, width));
        int[] rowOf = new int[words];
        boolean[] moving = new boolean[words];
        int touched = 0;
        for (int word = 0; word < words; word++) {
            boolean touches = draw.between(0, 2) == 0;
            rowOf[word] = touches ? touched++ : -1;
            moving[word] = touches || draw.between(0, 1) == 0;
            if (!moving[word]) {
                Arrays.fill(first, word * width, (word + 1) * width, 0f);
                Arrays.fill(second, word * width, (word + 1) * width, 0f);
            }
        }
        float[] gradients = draw.entries(touched, width);
        boolean[] all = new boolean[words];
        Arrays.fill(all, true);
        Function<boolean[], Function<Engine, Map<String, float[]>>> update = which -> engine -> {
            try (DeviceArray w = array(engine, weights);
                    DeviceArray g = state(engine, gradients);
                    DeviceArray m = state(engine, first);
                    DeviceArray v = state(engine, second)) {
                engine.updates().adamWRows(adam(), w, g, rowOf, which, new Moments(m, v), width);
                return weightsAndMoments(w, m, v);
            }
        };
        holds(under, update.apply(moving));
        try (Engine engine = under.open()) {
            Closeness.assertSame(
                    "where rows rest, as if they moved",
                    update.apply(moving).apply(engine),
                    update.apply(all).apply(engine));
        }
    }

    private static AdamUpdate adam() {
        return new AdamUpdate(0.99f, 0.9f, 0.999f, 0.1f, 0.001f, 0.02f, 1.5f, 1e-6f, 0.25f);
    }

    private static Map<String, float[]> weightsAndMoments(DeviceArray w, DeviceArray m, DeviceArray v) {
        return Map.of("weights", w.toArray(), "first moments", m.toArray(), "second moments", v.toArray());
    }

    /** Compares results on the engine with those on the reference, and variants of the engine with each other. */
    private void holds(EngineUnderTest under, Function<Engine, Map<String, float[]>> run) {
        under.withEachVariant(engines -> {
            Map<String, float[]> actual = new LinkedHashMap<>(run.apply(engines.get(0)));
            run.apply(new ReferenceEngine())
                    .forEach((name, values) -> Closeness.assertClose(name, actual.get(name), values));
            engines.forEach(engine -> Closeness.assertSame("of another variant", run.apply(engine), actual));
        });
    }

    private int[] rows(int count, int below) {
        int[] rows = new int[count];
        for (int n = 0; n < count; n++) {
            rows[n] = draw.between(0, below - 1);
        }
        return rows;
    }

    private static float[] squared(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= values[i];
        }
        return values;
    }

    private static DeviceArray array(Engine engine, float[] values) {
        DeviceArray array = engine.allocate(values.length);
        array.put(0, values, 0, values.length);
        return array;
    }

    private static DeviceArray state(Engine engine, float[] values) {
        DeviceArray state = engine.allocateState(values.length);
        state.put(0, values, 0, values.length);
        return state;
    }
}
