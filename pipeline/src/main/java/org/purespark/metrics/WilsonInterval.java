// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import java.io.Serializable;
import org.apache.commons.math3.stat.interval.ConfidenceInterval;
import org.apache.commons.math3.stat.interval.WilsonScoreInterval;

/**
 * The range of a true share, given a count of successes: the score interval of Wilson (JASA 22, 1927). With p = k / n
 * and z the normal quantile of (1 + confidence) / 2 its bounds are
 *
 * <pre>(p + z²/2n ± z √(p (1 - p) / n + z²/4n²)) / (1 + z²/n)</pre>
 *
 * Unlike p ± z √(p (1 - p) / n) it stays within 0 to 1 and keeps a width at p = 0 and p = 1.
 *
 * @param low lower bound, 0 to 1
 * @param high upper bound, {@code low} to 1
 */
public record WilsonInterval(double low, double high) implements Serializable {
    public WilsonInterval {
        if (!(low >= 0 && low <= high && high <= 1)) {
            throw new IllegalArgumentException("interval from " + low + " to " + high + " must lie within 0 to 1");
        }
    }

    /**
     * The two-sided interval.
     *
     * @param successes k, 0 to {@code trials}
     * @param trials n, at least 1
     * @param confidence coverage, above 0 and below 1
     */
    public static WilsonInterval of(int successes, int trials, double confidence) {
        if (trials < 1 || successes < 0 || successes > trials) {
            throw new IllegalArgumentException(
                    successes + " of " + trials + " texts: expected 0 to n of n, and n at least 1");
        }
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("confidence " + confidence + " must be above 0 and below 1");
        }
        ConfidenceInterval interval = new WilsonScoreInterval().createInterval(trials, successes, confidence);
        // at p = 0 and p = 1 a bound is 0 or 1, except for rounding
        double low = successes == 0 ? 0 : Math.max(0, interval.getLowerBound());
        double high = successes == trials ? 1 : Math.min(1, interval.getUpperBound());
        return new WilsonInterval(low, high);
    }
}
