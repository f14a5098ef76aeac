// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Sums of the CLS attention's variance over texts, for each head. Each part of the texts gives such sums; they merge
 * into the scores, however the texts are divided. Immutable; {@link Builder} collects the texts.
 */
public final class VarianceSums implements Serializable {
    private static final long serialVersionUID = 1L;

    private final int layers;
    private final int heads;
    private final double[] sums;
    private final long[] texts;

    private VarianceSums(int layers, int heads, double[] sums, long[] texts) {
        this.layers = layers;
        this.heads = heads;
        this.sums = sums;
        this.texts = texts;
    }

    /** No texts yet: the neutral element of {@link #merge}. */
    public static VarianceSums none(int layers, int heads) {
        return new Builder(layers, heads).build();
    }

    /** L. */
    public int layers() {
        return layers;
    }

    /** A. */
    public int heads() {
        return heads;
    }

    /** The sum of the head's variances over its texts. */
    public double sum(int layer, int head) {
        return sums[place(layers, heads, layer, head)];
    }

    /** The number of texts in the head's sum. */
    public long texts(int layer, int head) {
        return texts[place(layers, heads, layer, head)];
    }

    /**
     * The sums over the texts of both.
     *
     * @throws IllegalArgumentException if the two are of models with different numbers of layers or heads
     */
    public VarianceSums merge(VarianceSums other) {
        if (layers != other.layers || heads != other.heads) {
            throw new IllegalArgumentException("variance sums of " + layers + " x " + heads
                    + " heads do not merge with those of " + other.layers + " x " + other.heads);
        }
        double[] mergedSums = sums.clone();
        long[] mergedTexts = texts.clone();
        for (int i = 0; i < mergedSums.length; i++) {
            mergedSums[i] += other.sums[i];
            mergedTexts[i] += other.texts[i];
        }
        return new VarianceSums(layers, heads, mergedSums, mergedTexts);
    }

    /**
     * The mean over texts, for each head.
     *
     * @throws IllegalStateException if there are no texts, or heads have different numbers of them
     */
    public HeadScores scores() {
        double[][] variance = new double[layers][heads];
        for (int layer = 0; layer < layers; layer++) {
            for (int head = 0; head < heads; head++) {
                if (texts(layer, head) != texts[0]) {
                    throw new IllegalStateException("head " + new Head(layer, head) + " has seen " + texts(layer, head)
                            + " texts, head " + new Head(0, 0) + " " + texts[0] + ": each text counts for every head");
                }
                variance[layer][head] = sum(layer, head) / texts[0];
            }
        }
        if (texts[0] == 0) {
            throw new IllegalStateException("heads cannot be scored without texts");
        }
        return new HeadScores(layers, heads, texts[0], variance);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VarianceSums that
                && layers == that.layers
                && heads == that.heads
                && Arrays.equals(sums, that.sums)
                && Arrays.equals(texts, that.texts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(sums) + Arrays.hashCode(texts);
    }

    @Override
    public String toString() {
        return "VarianceSums[" + layers + " x " + heads + " heads, texts=" + Arrays.toString(texts) + "]";
    }

    private static int place(int layers, int heads, int layer, int head) {
        if (layer < 0 || layer >= layers || head < 0 || head >= heads) {
            throw new IllegalArgumentException(
                    "head (" + layer + ", " + head + ") is not one of " + layers + " x " + heads);
        }
        return layer * heads + head;
    }

    /** Collects the variances of some texts, one head of one text at a time. For one thread. */
    public static final class Builder {
        private final int layers;
        private final int heads;
        private final double[] sums;
        private final long[] texts;

        /**
         * @param layers L, at least 1
         * @param heads A, at least 1
         */
        public Builder(int layers, int heads) {
            if (layers < 1 || heads < 1) {
                throw new IllegalArgumentException(layers + " x " + heads + " heads: both numbers must be at least 1");
            }
            this.layers = layers;
            this.heads = heads;
            this.sums = new double[Math.multiplyExact(layers, heads)];
            this.texts = new long[sums.length];
        }

        /**
         * Counts one text for one head.
         *
         * @param variance of {@link ClsVariance}, finite and at least 0
         * @throws IllegalArgumentException for any other variance: then the model's attention is not a distribution
         */
        public Builder add(int layer, int head, double variance) {
            int place = place(layers, heads, layer, head);
            if (!(variance >= 0) || Double.isInfinite(variance)) {
                throw new IllegalArgumentException("variance " + variance + " of head " + layer + "." + head
                        + " must be finite and not negative: the model's attention is not a distribution");
            }
            sums[place] += variance;
            texts[place]++;
            return this;
        }

        /** The sums so far. */
        public VarianceSums build() {
            return new VarianceSums(layers, heads, sums.clone(), texts.clone());
        }
    }
}
