// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Derivatives of f = Σ w·y, over all entries of an operation's results y, by its inputs, from forward calls alone:
 * (8·(f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h, with an error of the order of h⁴. The sum is float64, and inputs ± h are
 * exact in float32.
 */
final class FiniteDifferences {
    private static final float STEP = 1f / 128;

    /** Relative to the largest entry of the gradient, times the length of the direction; rounding comes on top. */
    private static final double TOLERANCE = 1e-3;

    /** Number of entries of each input that are tried one by one: all entries, if the input has no more. */
    private static final int ENTRIES = 16;

    /** Number of directions that move all entries. */
    private static final int DIRECTIONS = 2;

    private final Engine engine;
    private final Operation operation;
    private final Draw draw;
    private final Map<String, float[]> weights;

    /** @param weights w of each result */
    FiniteDifferences(Engine engine, Operation operation, Draw draw, Map<String, float[]> weights) {
        this.engine = engine;
        this.operation = operation;
        this.draw = draw;
        this.weights = weights;
    }

    /** Compares the gradient of input {@code name} with differences. */
    void check(String name, float[] gradient) {
        double largest = 0;
        for (float entry : gradient) {
            assertThat(entry).as("gradient of %s", name).isFinite();
            largest = Math.max(largest, Math.abs(entry));
        }
        for (float[] direction : directions(gradient.length)) {
            Estimate expected = along(name, direction);
            double actual = 0;
            double squares = 0;
            for (int i = 0; i < gradient.length; i++) {
                actual += (double) gradient[i] * direction[i];
                squares += direction[i] * direction[i];
            }
            assertThat(actual)
                    .as("derivative by %s along %s", name, Arrays.toString(direction))
                    .isCloseTo(
                            expected.derivative(),
                            within(TOLERANCE * Math.max(largest, 1e-2) * Math.sqrt(squares) + expected.rounding()));
        }
    }

    private List<float[]> directions(int length) {
        List<float[]> directions = new ArrayList<>();
        for (int i = 0; i < Math.min(length, ENTRIES); i++) {
            float[] one = new float[length];
            one[length <= ENTRIES ? i : draw.between(0, length - 1)] = 1f;
            directions.add(one);
        }
        for (int i = 0; i < DIRECTIONS; i++) {
            float[] all = new float[length];
            for (int j = 0; j < length; j++) {
                all[j] = draw.between(0, 1) == 0 ? -1f : 1f;
            }
            directions.add(all);
        }
        return directions;
    }

    /** @param rounding error of the derivative that the rounding of results makes */
    private record Estimate(double derivative, double rounding) {}

    private Estimate along(String name, float[] direction) {
        Value ahead = at(name, direction, STEP);
        double near = ahead.sum() - at(name, direction, -STEP).sum();
        double far = at(name, direction, 2 * STEP).sum()
                - at(name, direction, -2 * STEP).sum();
        return new Estimate((8 * near - far) / (12 * STEP), (8 + 8 + 1 + 1) * ahead.rounding() / (12 * STEP));
    }

    /**
     * Σ w·y.
     *
     * @param rounding root of the sum of the squares of the largest rounding errors of w·y
     */
    private record Value(double sum, double rounding) {}

    private Value at(String name, float[] direction, float step) {
        float[] moved = operation.inputs().get(name).entries().clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += step * direction[i];
        }
        double sum = 0;
        double squares = 0;
        try (OperationRun run = new OperationRun(engine, operation.with(name, moved))) {
            Map<String, float[]> results = run.forward(OperationRun.Asked.RESULTS);
            for (Map.Entry<String, float[]> result : results.entrySet()) {
                float[] y = result.getValue();
                float[] w = weights.get(result.getKey());
                for (int i = 0; i < w.length; i++) {
                    sum += (double) w[i] * y[i];
                    squares += Math.pow(w[i] * Math.ulp(y[i]) / 2, 2);
                }
            }
        }
        return new Value(sum, Math.sqrt(squares));
    }
}
