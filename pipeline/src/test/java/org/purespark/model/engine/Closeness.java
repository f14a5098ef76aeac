// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;

/** When two results are the same but for rounding. */
final class Closeness {
    /** Of the largest entry, or of {@link #SMALLEST} where that is larger: sums in float32 against sums in float64. */
    private static final double TOLERANCE = 1e-5;

    /** Results may cancel out: then the rounding of what they are the sum of is larger than they are. */
    private static final double SMALLEST = 1e-2;

    private Closeness() {}

    static void assertClose(String name, float[] actual, float[] expected) {
        assertThat(actual).as(name).hasSameSizeAs(expected);
        double largest = SMALLEST;
        for (float entry : expected) {
            largest = Math.max(largest, Math.abs(entry));
        }
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs((double) actual[i] - expected[i]) <= TOLERANCE * largest)) {
                assertThat((double) actual[i])
                        .as("%s[%d]", name, i)
                        .isCloseTo(expected[i], within(TOLERANCE * largest));
            }
        }
    }

    /** To the last bit. */
    static void assertSame(String what, Map<String, float[]> actual, Map<String, float[]> expected) {
        assertThat(actual).containsOnlyKeys(expected.keySet());
        expected.forEach((name, values) -> {
            if (!Arrays.equals(actual.get(name), values)) {
                assertThat(actual.get(name))
                        .as("%s %s, to the last bit", name, what)
                        .isEqualTo(values);
            }
        });
    }
}
