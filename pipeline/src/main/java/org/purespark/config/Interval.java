// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers between two bounds, written as in mathematics: {@code [0, 1)} holds 0 and not 1.
 *
 * @param low the lower bound
 * @param lowIncluded whether the lower bound itself is in
 * @param high the upper bound, not below the lower
 * @param highIncluded whether the upper bound itself is in
 */
record Interval(BigDecimal low, boolean lowIncluded, BigDecimal high, boolean highIncluded) {
    private static final Pattern NOTATION = Pattern.compile("([\\[(])\\s*([^,\\s]+)\\s*,\\s*([^,\\s]+)\\s*([\\])])");

    Interval {
        if (low.compareTo(high) > 0) {
            throw new IllegalArgumentException("interval from " + low + " to " + high + ": the bounds are swapped");
        }
    }

    /** Reads {@code [a, b]}, {@code (a, b]}, {@code [a, b)} or {@code (a, b)}. */
    static Interval parse(String notation) {
        Matcher matcher = NOTATION.matcher(notation);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + notation + "' is no interval such as (0, 1]");
        }
        return new Interval(
                new BigDecimal(matcher.group(2)),
                matcher.group(1).equals("["),
                new BigDecimal(matcher.group(3)),
                matcher.group(4).equals("]"));
    }

    boolean contains(BigDecimal value) {
        int fromLow = value.compareTo(low);
        int toHigh = value.compareTo(high);
        return (lowIncluded ? fromLow >= 0 : fromLow > 0) && (highIncluded ? toHigh <= 0 : toHigh < 0);
    }

    @Override
    public String toString() {
        return (lowIncluded ? "[" : "(") + low.toPlainString() + ", " + high.toPlainString()
                + (highIncluded ? "]" : ")");
    }
}
