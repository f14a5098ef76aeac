// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import java.util.List;

/**
 * Sums over the entries of CLS attention, in float64, entry after entry.
 *
 * @param layers L
 * @param texts B
 * @param heads A
 * @param values [L, B, A, 2]: the sum of a text's entries, and the sum of their squares
 */
public record ClsSums(int layers, int texts, int heads, double[] values) {
    /** @throws IllegalArgumentException if there is not one pair of sums for each layer, text and head */
    public ClsSums {
        if (values.length != 2 * layers * texts * heads) {
            throw new IllegalArgumentException(
                    values.length + " sums for " + layers + " layers, " + texts + " texts and " + heads + " heads");
        }
    }

    /**
     * Computed by the host.
     *
     * @param clsAttention [N, A] of each layer
     * @param most entries of a text that count, from its first one on
     */
    public static ClsSums byHost(TextBatch batch, List<DeviceArray> clsAttention, int most) {
        int heads = clsAttention.get(0).size(1);
        double[] values = new double[2 * clsAttention.size() * batch.texts() * heads];
        int to = 0;
        for (DeviceArray ofLayer : clsAttention) {
            float[] attention = ofLayer.toArray(); // [N, A]
            for (int b = 0; b < batch.texts(); b++) {
                int end = Math.min(batch.start(b) + most, batch.start(b + 1));
                for (int h = 0; h < heads; h++, to += 2) {
                    double sum = 0;
                    double squares = 0;
                    for (int n = batch.start(b); n < end; n++) {
                        double entry = attention[n * heads + h];
                        sum += entry;
                        squares += entry * entry;
                    }
                    values[to] = sum;
                    values[to + 1] = squares;
                }
            }
        }
        return new ClsSums(clsAttention.size(), batch.texts(), heads, values);
    }

    /** Of the entries. */
    public double sum(int layer, int text, int head) {
        return values[2 * ((layer * texts + text) * heads + head)];
    }

    /** Of their squares. */
    public double squares(int layer, int text, int head) {
        return values[2 * ((layer * texts + text) * heads + head) + 1];
    }
}
