// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

import org.purespark.model.engine.RowKernels.BiasFunction;

/** {@link BiasFunction} and its derivative, in float64. */
final class BiasFunctions {
    private static final double CUBIC = 0.044715;

    private BiasFunctions() {}

    static double value(BiasFunction function, double x) {
        return switch (function) {
            case GELU_BY_TANH -> 0.5 * x * (1 + Math.tanh(inner(x)));
            case SILU -> x / (1 + Math.exp(-x));
            case TANH -> Math.tanh(x);
            case RELU -> Math.max(x, 0);
        };
    }

    static double slope(BiasFunction function, double x) {
        return switch (function) {
            case GELU_BY_TANH -> 0.5 * (1 + Math.tanh(inner(x))) + 0.5 * x * ofTanh(inner(x)) * ofInner(x);
            case SILU -> ofSilu(x, 1 / (1 + Math.exp(-x)));
            case TANH -> ofTanh(x);
            case RELU -> x > 0 ? 1 : 0;
        };
    }

    /** √(2/π)·(x + 0.044715·x³). */
    private static double inner(double x) {
        return Math.sqrt(2 / Math.PI) * (x + CUBIC * x * x * x);
    }

    private static double ofInner(double x) {
        return Math.sqrt(2 / Math.PI) * (1 + 3 * CUBIC * x * x);
    }

    private static double ofTanh(double x) {
        return 1 - Math.tanh(x) * Math.tanh(x);
    }

    /** @param sigma σ(x) */
    private static double ofSilu(double x, double sigma) {
        return sigma + x * sigma * (1 - sigma);
    }
}
