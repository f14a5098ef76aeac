// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Means over the weights of each head: its rows of W_Q, W_K and W_V, and its columns of W_O. Biases do not count.
 *
 * @param absolute L × A, mean of |w|
 * @param square L × A, mean of w²
 */
public record HeadWeights(double[][] absolute, double[][] square) implements Serializable {
    public HeadWeights {
        absolute = copy(absolute);
        square = copy(square);
    }

    @Override
    public double[][] absolute() {
        return copy(absolute);
    }

    @Override
    public double[][] square() {
        return copy(square);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HeadWeights that
                && Arrays.deepEquals(absolute, that.absolute)
                && Arrays.deepEquals(square, that.square);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.deepHashCode(absolute) + Arrays.deepHashCode(square);
    }

    @Override
    public String toString() {
        return "HeadWeights[absolute=" + Arrays.deepToString(absolute) + ", square=" + Arrays.deepToString(square)
                + "]";
    }

    private static double[][] copy(double[][] rows) {
        return Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
    }
}
