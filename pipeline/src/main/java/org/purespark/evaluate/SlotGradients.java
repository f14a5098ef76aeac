// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Sums over texts of the gradients of each text's loss by the embeddings of the tokens in its slots. Each part of the
 * texts gives such sums; they merge, however the texts are divided.
 *
 * @param sums [n][W] of n slots and embeddings of width W, each finite
 * @param texts number of texts in each sum
 */
public record SlotGradients(double[][] sums, long texts) implements Serializable {
    public SlotGradients {
        double[][] copy = new double[sums.length][];
        for (int slot = 0; slot < sums.length; slot++) {
            copy[slot] = sums[slot].clone();
            for (double sum : copy[slot]) {
                if (!Double.isFinite(sum)) {
                    throw new IllegalArgumentException("sum " + sum + " of gradients must be finite");
                }
            }
        }
        sums = copy;
    }

    /** No texts yet: the neutral element of {@link #merge}. */
    public static SlotGradients none(int slots, int width) {
        return new SlotGradients(new double[slots][width], 0);
    }

    @Override
    public double[][] sums() {
        double[][] copy = new double[sums.length][];
        for (int slot = 0; slot < sums.length; slot++) {
            copy[slot] = sums[slot].clone();
        }
        return copy;
    }

    /**
     * The sums over the texts of both.
     *
     * @throws IllegalArgumentException if the two have different numbers of slots, or widths
     */
    public SlotGradients merge(SlotGradients other) {
        if (sums.length != other.sums.length || sums[0].length != other.sums[0].length) {
            throw new IllegalArgumentException("gradients of " + sums.length + " slots of width " + sums[0].length
                    + " do not merge with those of " + other.sums.length + " slots of width " + other.sums[0].length);
        }
        double[][] merged = sums();
        for (int slot = 0; slot < merged.length; slot++) {
            for (int i = 0; i < merged[slot].length; i++) {
                merged[slot][i] += other.sums[slot][i];
            }
        }
        return new SlotGradients(merged, texts + other.texts);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SlotGradients that && texts == that.texts && Arrays.deepEquals(sums, that.sums);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(texts) + Arrays.deepHashCode(sums);
    }

    @Override
    public String toString() {
        return "SlotGradients[slots=" + sums.length + ", width=" + (sums.length == 0 ? 0 : sums[0].length) + ", texts="
                + texts + "]";
    }
}
