// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WilsonIntervalTest {
    @ParameterizedTest
    @CsvSource({
        "81, 263, 0.2553, 0.3662",
        "15, 148, 0.0624, 0.1605",
        "0, 20, 0.0000, 0.1611",
        "1, 29, 0.0061, 0.1718",
        "97, 100, 0.9155, 0.9897"
    })
    void hasTheBoundsThatNewcombePrints(int successes, int trials, double low, double high) {
        // the first four: Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        WilsonInterval interval = WilsonInterval.of(successes, trials, 0.95);

        assertThat(interval.low()).isCloseTo(low, within(5e-5));
        assertThat(interval.high()).isCloseTo(high, within(5e-5));
    }

    @Property
    void isTheFormulaOfItsJavadoc(@ForAll @IntRange(min = 1, max = 400) int n, @ForAll @IntRange(max = 400) int drawn) {
        int k = Math.min(drawn, n);
        double z = 1.959963984540054;
        double p = (double) k / n;
        double middle = p + z * z / (2 * n);
        double reach = z * Math.sqrt(p * (1 - p) / n + z * z / (4.0 * n * n));
        WilsonInterval interval = WilsonInterval.of(k, n, 0.95);

        assertThat(interval.low()).isCloseTo((middle - reach) / (1 + z * z / n), within(1e-9));
        assertThat(interval.high()).isCloseTo((middle + reach) / (1 + z * z / n), within(1e-9));
    }

    @Property
    void holdsTheShareAndMirrorsAndWidensWithConfidence(
            @ForAll @IntRange(min = 1, max = 100000) int n,
            @ForAll @DoubleRange(max = 1) double share,
            @ForAll @DoubleRange(min = 0.01, max = 0.99) double confidence) {
        int k = (int) Math.round(share * n);
        WilsonInterval interval = WilsonInterval.of(k, n, confidence);
        WilsonInterval mirrored = WilsonInterval.of(n - k, n, confidence);
        WilsonInterval wider = WilsonInterval.of(k, n, (1 + confidence) / 2);

        assertThat((double) k / n).isBetween(interval.low(), interval.high());
        assertThat(mirrored.low()).isCloseTo(1 - interval.high(), within(1e-9));
        assertThat(wider.low()).isLessThanOrEqualTo(interval.low());
        assertThat(wider.high()).isGreaterThanOrEqualTo(interval.high());
    }

    @Test
    void keepsAWidthWhereNothingOrEverythingFlips() {
        assertThat(WilsonInterval.of(0, 50, 0.95).low()).isZero();
        assertThat(WilsonInterval.of(0, 50, 0.95).high()).isGreaterThan(0.05);
        assertThat(WilsonInterval.of(50, 50, 0.95).high()).isOne();
        assertThat(WilsonInterval.of(50, 50, 0.95).low()).isLessThan(0.95);
    }

    @Test
    void wrongCountsAndConfidencesAreRefused() {
        assertThatThrownBy(() -> WilsonInterval.of(0, 0, 0.95))
                .hasMessage("0 of 0 texts: expected 0 to n of n, and n at least 1");
        assertThatThrownBy(() -> WilsonInterval.of(3, 2, 0.95))
                .hasMessage("3 of 2 texts: expected 0 to n of n, and n at least 1");
        assertThatThrownBy(() -> WilsonInterval.of(1, 2, 1)).hasMessage("confidence 1.0 must be above 0 and below 1");
        assertThatThrownBy(() -> new WilsonInterval(0.5, 0.4))
                .hasMessage("interval from 0.5 to 0.4 must lie within 0 to 1");
    }
}
