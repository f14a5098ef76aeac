// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

/** The normal distribution in float64. */
final class Gelu {
    /** From here on Φ is 0 or 1 to the last bit of a float64. */
    private static final double FAR = 9;

    private Gelu() {}

    /** φ(x) = exp(-x²/2)/√(2π). */
    static double density(double x) {
        return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    /** The derivative of x·Φ(x): Φ(x) + x·φ(x). */
    static double slope(double x) {
        return cumulative(x) + x * density(x);
    }

    /** Φ(x) = 1/2 + φ(x)·(x + x³/3 + x⁵/(3·5) + …) (Marsaglia: Evaluating the Normal Distribution, 2004). */
    static double cumulative(double x) {
        if (Math.abs(x) > FAR) {
            return x > 0 ? 1 : 0;
        }
        double sum = x;
        double term = x;
        for (int odd = 3; Math.abs(term) > Math.ulp(sum); odd += 2) {
            term *= x * x / odd;
            sum += term;
        }
        return 0.5 + density(x) * sum;
    }
}
