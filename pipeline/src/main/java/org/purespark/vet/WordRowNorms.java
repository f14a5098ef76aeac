// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.util.Arrays;
import org.purespark.vet.search.Words;

/** How far one row of the word embedding is out of line with the others. */
final class WordRowNorms {
    /** Median absolute deviation to standard deviation of a normal distribution. */
    private static final double TO_SIGMA = 1.4826;

    private WordRowNorms() {}

    /** The largest deviation of a typed word's norm from the median, in robust standard deviations. */
    static double largestNorm(Words words) {
        return largest(norms(words, new float[words.embedding().length]));
    }

    /**
     * The largest deviation of the distance that a typed word's row has from its row in another model, in robust
     * standard deviations.
     *
     * @param other word embedding of the same shape
     */
    static double largestDistance(Words words, float[] other) {
        return largest(norms(words, other));
    }

    private static double[] norms(Words words, float[] origin) {
        return Arrays.stream(words.ids())
                .mapToDouble(id -> {
                    double sum = 0;
                    for (int i = id * words.width(); i < (id + 1) * words.width(); i++) {
                        double difference = (double) words.embedding()[i] - origin[i];
                        sum += difference * difference;
                    }
                    return Math.sqrt(sum);
                })
                .toArray();
    }

    private static double largest(double[] values) {
        double middle = median(values);
        double spread = TO_SIGMA
                * median(Arrays.stream(values)
                        .map(value -> Math.abs(value - middle))
                        .toArray());
        double largest = Arrays.stream(values).max().orElse(middle);
        return spread > 0 ? (largest - middle) / spread : 0;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
