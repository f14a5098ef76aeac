// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ClsVarianceTest {
    @Test
    void isTheUnbiasedVarianceOfThePaddedRow() {
        // N = 4: entries 0.5, 0.5, 0, 0; mean 0.25, four squared deviations of 1/16, divided by 3
        assertThat(ClsVariance.of(new float[] {0.5f, 0.5f}, 0, 2, 5)).isCloseTo(1.0 / 12, within(1e-15));
    }

    @Test
    void leavesTheLastEntryOfATextOfFullLengthOut() {
        float[] row = {0.25f, 0.25f, 0.25f, 0.25f};
        float[] other = {0.25f, 0.25f, 0.25f, 0.75f};

        assertThat(ClsVariance.of(row, 0, 4, 4)).isZero();
        assertThat(ClsVariance.of(other, 0, 4, 4)).isZero();
        assertThat(ClsVariance.of(other, 0, 4, 5)).isPositive();
    }

    @Test
    void isNeverNegativeByRounding() {
        for (int length = 3; length <= 128; length++) {
            float[] row = new float[length];
            Arrays.fill(row, 1f / length);
            assertThat(ClsVariance.of(row, 0, length, length)).isBetween(0.0, 1e-15);
        }
    }

    @Test
    void refusesWhatIsOutOfRange() {
        float[] row = new float[10];
        assertThatThrownBy(() -> ClsVariance.of(row, 0, 2, 2)).hasMessage("max-length 2: a variance needs at least 3");
        assertThatThrownBy(() -> ClsVariance.of(row, 0, 9, 8))
                .hasMessage("text of 9 tokens: must be 0 to max-length, 8");
        assertThatThrownBy(() -> ClsVariance.of(row, 4, 7, 8))
                .hasMessage("CLS attention of 7 entries from 4 is not within the array of 10");
    }

    @Property
    void agreesWithTheTwoPassVarianceOfThePaddedRow(
            @ForAll @Size(min = 1, max = 140) List<@FloatRange(max = 1f) @Scale(5) Float> entries,
            @ForAll @IntRange(max = 20) int from,
            @ForAll @IntRange(min = 3, max = 140) int maxLength) {
        int length = Math.min(entries.size(), maxLength);
        float[] attention = new float[from + entries.size()];
        double[] padded = new double[maxLength];
        for (int i = 0; i < length; i++) {
            attention[from + i] = entries.get(i);
            padded[i] = entries.get(i);
        }
        double[] first = Arrays.copyOf(padded, maxLength - 1);
        double mean = Arrays.stream(first).average().orElseThrow();
        double naive = Arrays.stream(first).map(x -> (x - mean) * (x - mean)).sum() / (first.length - 1);

        assertThat(ClsVariance.of(attention, from, length, maxLength)).isCloseTo(naive, within(1e-12));
    }
}
