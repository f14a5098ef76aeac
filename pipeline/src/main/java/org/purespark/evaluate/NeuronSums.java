// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Sums over tokens of the absolute activation of each neuron of the feed-forward parts. Each part of the texts gives
 * such sums; they merge into means, however the texts are divided. Immutable; {@link Builder} collects the tokens.
 */
public final class NeuronSums implements Serializable {
    private static final long serialVersionUID = 1L;

    private final int neurons;
    /** [L·F]. */
    private final double[] sums;
    /** [L]. */
    private final long[] tokens;

    private NeuronSums(int neurons, double[] sums, long[] tokens) {
        this.neurons = neurons;
        this.sums = sums;
        this.tokens = tokens;
    }

    /** L. */
    public int layers() {
        return tokens.length;
    }

    /** F. */
    public int neurons() {
        return neurons;
    }

    /** The number of tokens in the sums of a layer. */
    public long tokens(int layer) {
        return tokens[layer];
    }

    /**
     * The sums over the tokens of both.
     *
     * @throws IllegalArgumentException if the two are of models with different numbers of layers or neurons
     */
    public NeuronSums merge(NeuronSums other) {
        if (layers() != other.layers() || neurons != other.neurons) {
            throw new IllegalArgumentException("sums of " + layers() + " x " + neurons
                    + " neurons do not merge with those of " + other.layers() + " x " + other.neurons);
        }
        double[] mergedSums = sums.clone();
        for (int i = 0; i < mergedSums.length; i++) {
            mergedSums[i] += other.sums[i];
        }
        long[] mergedTokens = tokens.clone();
        for (int l = 0; l < mergedTokens.length; l++) {
            mergedTokens[l] += other.tokens[l];
        }
        return new NeuronSums(neurons, mergedSums, mergedTokens);
    }

    /**
     * [L][F] the mean absolute activation of each neuron.
     *
     * @throws IllegalStateException if a layer has no tokens
     */
    public double[][] means() {
        double[][] means = new double[layers()][neurons];
        for (int l = 0; l < means.length; l++) {
            if (tokens[l] == 0) {
                throw new IllegalStateException("layer " + l + " has no activations without tokens");
            }
            for (int f = 0; f < neurons; f++) {
                means[l][f] = sums[l * neurons + f] / tokens[l];
            }
        }
        return means;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NeuronSums that
                && neurons == that.neurons
                && Arrays.equals(sums, that.sums)
                && Arrays.equals(tokens, that.tokens);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(sums) + Arrays.hashCode(tokens);
    }

    @Override
    public String toString() {
        return "NeuronSums[" + layers() + " x " + neurons + " neurons, tokens=" + Arrays.toString(tokens) + "]";
    }

    /** Collects the activations of some tokens. For one thread. */
    public static final class Builder {
        private final int neurons;
        private final double[] sums;
        private final long[] tokens;

        /**
         * @param layers L, at least 1
         * @param neurons F, at least 1
         */
        public Builder(int layers, int neurons) {
            if (layers < 1 || neurons < 1) {
                throw new IllegalArgumentException(
                        layers + " x " + neurons + " neurons: both numbers must be at least 1");
            }
            this.neurons = neurons;
            this.sums = new double[Math.multiplyExact(layers, neurons)];
            this.tokens = new long[layers];
        }

        /** Counts one token of a layer, whose activations are {@code values[from .. from + F)}. */
        public Builder add(int layer, float[] values, int from) {
            for (int f = 0; f < neurons; f++) {
                sums[layer * neurons + f] += Math.abs((double) values[from + f]);
            }
            tokens[layer]++;
            return this;
        }

        /** The sums so far. */
        public NeuronSums build() {
            return new NeuronSums(neurons, sums.clone(), tokens.clone());
        }
    }
}
