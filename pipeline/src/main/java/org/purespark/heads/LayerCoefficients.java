// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Set;

/**
 * The weight of the attention penalty on each layer: the less a layer's attention varies on clean text, the larger.
 * With v[l] the layer's mean variance, c = softmax(-ln v) = (1/v) / Σ(1/v), then min-max scaled to 0..1 over the
 * layers.
 *
 * @param layerVariance v[l], L entries, each at least {@link #LEAST_VARIANCE}
 * @param coefficients c[l], L entries, 0 to 1
 */
public record LayerCoefficients(double[] layerVariance, double[] coefficients) implements Serializable {
    /** Keeps 1/v finite if a layer's attention does not vary at all. */
    public static final double LEAST_VARIANCE = 1e-12;

    public LayerCoefficients {
        if (layerVariance.length != coefficients.length) {
            throw new IllegalArgumentException(layerVariance.length + " layer variances, but " + coefficients.length
                    + " coefficients: one of each for a layer");
        }
        layerVariance = layerVariance.clone();
        coefficients = coefficients.clone();
    }

    /**
     * The coefficients of the model with {@code pruned} heads taken out.
     *
     * @param scores measured on that pruned model; those of pruned heads do not count
     * @param pruned heads that are taken out; each layer keeps at least one
     */
    public static LayerCoefficients of(HeadScores scores, Set<Head> pruned) {
        double[] variance = new double[scores.layers()];
        for (int layer = 0; layer < variance.length; layer++) {
            variance[layer] = scores.layerMean(layer, pruned);
        }
        return of(variance);
    }

    /** The coefficients of the layers' mean variances; a variance below {@link #LEAST_VARIANCE} is raised to it. */
    public static LayerCoefficients of(double[] layerVariance) {
        double[] variance = layerVariance.clone();
        double sum = 0;
        for (int layer = 0; layer < variance.length; layer++) {
            variance[layer] = Math.max(LEAST_VARIANCE, variance[layer]);
            sum += 1 / variance[layer];
        }
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        double[] coefficients = new double[variance.length];
        for (int layer = 0; layer < variance.length; layer++) {
            coefficients[layer] = 1 / variance[layer] / sum;
            least = Math.min(least, coefficients[layer]);
            most = Math.max(most, coefficients[layer]);
        }
        for (int layer = 0; layer < variance.length; layer++) {
            coefficients[layer] = most == least ? 1 : (coefficients[layer] - least) / (most - least);
        }
        return new LayerCoefficients(variance, coefficients);
    }

    @Override
    public double[] layerVariance() {
        return layerVariance.clone();
    }

    @Override
    public double[] coefficients() {
        return coefficients.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LayerCoefficients that
                && Arrays.equals(layerVariance, that.layerVariance)
                && Arrays.equals(coefficients, that.coefficients);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(layerVariance) + Arrays.hashCode(coefficients);
    }

    @Override
    public String toString() {
        return "LayerCoefficients[layerVariance=" + Arrays.toString(layerVariance) + ", coefficients="
                + Arrays.toString(coefficients) + "]";
    }
}
