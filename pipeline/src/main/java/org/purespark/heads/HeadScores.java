// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The score of every head: the variance of its CLS attention, the mean over the validation texts. A head with a low
 * score idles on clean text.
 *
 * @param layers L, at least 1
 * @param heads A, at least 1
 * @param texts number of texts of the means, at least 1
 * @param variance L × A, each finite and at least 0
 */
public record HeadScores(int layers, int heads, long texts, double[][] variance) implements Serializable {
    public HeadScores {
        require(layers >= 1, "layers is " + layers + ", expected at least 1");
        require(heads >= 1, "heads is " + heads + ", expected at least 1");
        require(texts >= 1, "texts is " + texts + ", expected at least 1");
        variance = copy(variance);
        for (int layer = 0; layer < variance.length; layer++) {
            requireScores("variance[" + layer + "]", variance[layer], heads);
        }
        require(variance.length == layers, "variance has " + variance.length + " layers, layers says " + layers);
    }

    @Override
    public double[][] variance() {
        return copy(variance);
    }

    /** The head's score. */
    public double variance(Head head) {
        return variance[head.layer()][head.head()];
    }

    /** All heads, the lowest score first, ties by (layer, head). */
    public List<Head> ranking() {
        return order().lowestFirst();
    }

    /** The order by variance. */
    public HeadOrder order() {
        return HeadOrder.of(variance);
    }

    /**
     * The mean score of a layer's remaining heads.
     *
     * @param layer 0 to L - 1
     * @param pruned heads, of any layer, that do not count
     * @throws IllegalArgumentException if no head of the layer remains
     */
    public double layerMean(int layer, Set<Head> pruned) {
        double sum = 0;
        int remaining = 0;
        for (int head = 0; head < heads; head++) {
            if (!pruned.contains(new Head(layer, head))) {
                sum += variance[layer][head];
                remaining++;
            }
        }
        if (remaining == 0) {
            throw new IllegalArgumentException("layer " + layer + " has no head left: each layer keeps at least one");
        }
        return sum / remaining;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HeadScores that
                && layers == that.layers
                && heads == that.heads
                && texts == that.texts
                && Arrays.deepEquals(variance, that.variance);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(texts) + Arrays.deepHashCode(variance);
    }

    @Override
    public String toString() {
        return "HeadScores[layers=" + layers + ", heads=" + heads + ", texts=" + texts + ", variance="
                + Arrays.deepToString(variance) + "]";
    }

    private static void requireScores(String field, double[] row, int heads) {
        require(row.length == heads, field + " has " + row.length + " entries, heads says " + heads);
        for (int head = 0; head < heads; head++) {
            require(
                    row[head] >= 0 && Double.isFinite(row[head]),
                    field + "[" + head + "] is " + row[head] + ", expected a finite number, at least 0");
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private static double[][] copy(double[][] rows) {
        double[][] copy = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            copy[i] = rows[i].clone();
        }
        return copy;
    }
}
