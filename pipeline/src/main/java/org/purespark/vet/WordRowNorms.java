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
        return largest(words.distances(new float[words.embedding().length]));
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
