// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** Numbers in words, the same in every locale. */
final class NumberText {
    /** Shown if there is no figure. */
    static final String MISSING = "–";

    private NumberText() {}

    /** A rate of 0 to 1, three places. */
    static String share(double value) {
        return fixed(value, 3);
    }

    static String percent(long part, long whole) {
        return fixed(100.0 * part / whole, 1) + " %";
    }

    /**
     * The confidence, four places of a percentage, of one of several comparisons that hold together: {@code 99.9000 %}.
     */
    static String adjustedPercent(double confidence, int comparisons) {
        return fixed(100 * (1 - (1 - confidence) / Math.max(1, comparisons)), 4) + " %";
    }

    /** Three significant digits: {@code 1.23e-05}. */
    static String scientific(double value) {
        return value == 0 ? "0" : String.format(Locale.ROOT, "%.2e", value);
    }

    static String seconds(double value) {
        return fixed(value, 1);
    }

    /** Seconds, and from two minutes on minutes too. */
    static String duration(double seconds) {
        return seconds < 120 ? seconds(seconds) + " s" : seconds(seconds) + " s (" + fixed(seconds / 60, 1) + " min)";
    }

    /** Four places if they are enough to show the value, else scientific. */
    static String plain(double value) {
        if (!Double.isFinite(value)) {
            return "not finite";
        }
        return value != 0 && Math.abs(value) < 0.001 ? scientific(value) : fixed(value, 4);
    }

    /** The value of a setting or version: texts as they are, fractions as in settings, {@code 2e-5}. */
    static String setting(JsonNode value) {
        if (value.isNull()) {
            return MISSING;
        }
        if (value.isFloatingPointNumber()) {
            return value.toString().replace(".0E", "e").replace('E', 'e');
        }
        return value.isTextual() ? value.textValue() : value.toString();
    }

    /** Singular or plural: {@code 1 head}, {@code 2 heads}. */
    static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private static String fixed(double value, int places) {
        return String.format(Locale.ROOT, "%." + places + "f", value);
    }
}
