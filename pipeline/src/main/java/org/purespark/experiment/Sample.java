// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import java.util.List;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * Figures of several seeds.
 *
 * @param values at least one
 */
record Sample(List<Double> values) {
    private static final double CONFIDENCE = 0.95;

    Sample {
        values = List.copyOf(values);
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no values");
        }
    }

    int size() {
        return values.size();
    }

    double mean() {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    /** Standard deviation, of n - 1; 0 of a single value. */
    double deviation() {
        if (size() == 1) {
            return 0;
        }
        double mean = mean();
        double squares =
                values.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum();
        return Math.sqrt(squares / (size() - 1));
    }

    /**
     * Half of the 95 % interval of the mean by Student's t: t(n - 1)·s/√n. With a single value there is none: infinite.
     */
    double halfWidth() {
        if (size() == 1) {
            return Double.POSITIVE_INFINITY;
        }
        double quantile = new TDistribution(size() - 1).inverseCumulativeProbability((1 + CONFIDENCE) / 2);
        return quantile * deviation() / Math.sqrt(size());
    }
}
