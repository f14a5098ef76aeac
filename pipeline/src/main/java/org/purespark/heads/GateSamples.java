// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Gradients by gates of the same texts in K passes with dropout. Parts of the texts merge pass by pass.
 *
 * @param passes K sums, at least one, of models with the same numbers of layers and heads
 */
public record GateSamples(List<GateSums> passes) implements Serializable {
    public GateSamples {
        passes = List.copyOf(passes);
        if (passes.isEmpty()) {
            throw new IllegalArgumentException("gate gradients of no pass");
        }
    }

    /**
     * The sums over the texts of both.
     *
     * @throws IllegalArgumentException if the two have different numbers of passes, layers or heads
     */
    public GateSamples merge(GateSamples other) {
        if (passes.size() != other.passes.size()) {
            throw new IllegalArgumentException("gate gradients of " + passes.size() + " passes do not merge with those"
                    + " of " + other.passes.size());
        }
        List<GateSums> merged = new ArrayList<>();
        for (int k = 0; k < passes.size(); k++) {
            merged.add(passes.get(k).merge(other.passes.get(k)));
        }
        return new GateSamples(merged);
    }

    /**
     * Mean and spread of the importance of each head over the passes; a pass has the mean of |dL/dg| over the texts.
     *
     * @param means L × A
     * @param deviations L × A standard deviations of a sample (K - 1); zeros if K is 1
     */
    public record Spread(double[][] means, double[][] deviations) {}

    /**
     * By Welford's recurrence: K equal passes have exactly their own mean, and the deviation 0.
     *
     * @throws IllegalStateException if there are no texts
     */
    public Spread spread() {
        double[][] means = passes.get(0).means();
        double[][] squares = new double[means.length][means[0].length];
        for (int k = 1; k < passes.size(); k++) {
            double[][] next = passes.get(k).means();
            for (int l = 0; l < means.length; l++) {
                for (int h = 0; h < means[l].length; h++) {
                    double step = next[l][h] - means[l][h];
                    means[l][h] += step / (k + 1);
                    squares[l][h] += step * (next[l][h] - means[l][h]);
                }
            }
        }
        double[][] deviations = new double[means.length][means[0].length];
        for (int l = 0; l < means.length; l++) {
            for (int h = 0; h < means[l].length; h++) {
                deviations[l][h] = passes.size() == 1 ? 0 : Math.sqrt(squares[l][h] / (passes.size() - 1));
            }
        }
        return new Spread(means, deviations);
    }
}
