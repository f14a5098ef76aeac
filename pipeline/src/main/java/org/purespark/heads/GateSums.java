// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Sums of |dL/dg| over texts, for the gate g of each head and the loss L of each text. Each part of the texts gives
 * such sums; they merge, however the texts are divided.
 *
 * @param sums L × A, each finite and at least 0
 * @param texts number of texts in each sum
 */
public record GateSums(double[][] sums, long texts) implements Serializable {
    public GateSums {
        double[][] copy = new double[sums.length][];
        for (int layer = 0; layer < sums.length; layer++) {
            copy[layer] = sums[layer].clone();
            for (int head = 0; head < copy[layer].length; head++) {
                if (!(copy[layer][head] >= 0) || Double.isInfinite(copy[layer][head])) {
                    throw new IllegalArgumentException("sum " + copy[layer][head] + " of the gradients of head "
                            + new Head(layer, head) + " must be finite and not negative");
                }
            }
        }
        sums = copy;
    }

    /** No texts yet: the neutral element of {@link #merge}. */
    public static GateSums none(int layers, int heads) {
        return new GateSums(new double[layers][heads], 0);
    }

    @Override
    public double[][] sums() {
        double[][] copy = new double[sums.length][];
        for (int layer = 0; layer < sums.length; layer++) {
            copy[layer] = sums[layer].clone();
        }
        return copy;
    }

    /** With one text more, of which {@code gradients} [L][A] are the dL/dg. */
    public GateSums with(double[][] gradients) {
        double[][] more = sums();
        for (int layer = 0; layer < more.length; layer++) {
            for (int head = 0; head < more[layer].length; head++) {
                more[layer][head] += Math.abs(gradients[layer][head]);
            }
        }
        return new GateSums(more, texts + 1);
    }

    /**
     * The sums over the texts of both.
     *
     * @throws IllegalArgumentException if the two are of models with different numbers of layers or heads
     */
    public GateSums merge(GateSums other) {
        double[][] merged = sums();
        if (merged.length != other.sums.length || merged[0].length != other.sums[0].length) {
            throw new IllegalArgumentException("gate sums of " + merged.length + " x " + merged[0].length
                    + " heads do not merge with those of " + other.sums.length + " x " + other.sums[0].length);
        }
        for (int layer = 0; layer < merged.length; layer++) {
            for (int head = 0; head < merged[layer].length; head++) {
                merged[layer][head] += other.sums[layer][head];
            }
        }
        return new GateSums(merged, texts + other.texts);
    }

    /**
     * The mean over texts, L × A.
     *
     * @throws IllegalStateException if there are no texts
     */
    public double[][] means() {
        if (texts == 0) {
            throw new IllegalStateException("gradients need texts with labels, and there are none");
        }
        double[][] means = sums();
        for (double[] layer : means) {
            for (int head = 0; head < layer.length; head++) {
                layer[head] /= texts;
            }
        }
        return means;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GateSums that && texts == that.texts && Arrays.deepEquals(sums, that.sums);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(texts) + Arrays.deepHashCode(sums);
    }

    @Override
    public String toString() {
        return "GateSums[sums=" + Arrays.deepToString(sums) + ", texts=" + texts + "]";
    }
}
