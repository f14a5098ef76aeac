// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ProbeSampleTest {
    @Property
    void choosesDistinctTextsInOrderAndSpreadsThemOverTheClasses(
            @ForAll @Size(min = 1, max = 60) List<@IntRange(max = 3) Integer> classes,
            @ForAll @IntRange(min = 1, max = 70) int most,
            @ForAll long seed) {
        int[] labels = classes.stream().mapToInt(Integer::intValue).toArray();
        int[] chosen = ProbeSample.choose(labels, 4, most, seed);

        assertThat(chosen).hasSize(Math.min(most, labels.length)).isSorted().doesNotHaveDuplicates();
        assertThat(chosen).isEqualTo(ProbeSample.choose(labels, 4, most, seed));
        int[] counts = new int[4];
        int[] available = new int[4];
        Arrays.stream(chosen).forEach(text -> counts[labels[text]]++);
        Arrays.stream(labels).forEach(label -> available[label]++);
        int most0 = Arrays.stream(counts).max().orElseThrow();
        for (int c = 0; c < 4; c++) {
            assertThat(counts[c]).isGreaterThanOrEqualTo(Math.min(available[c], most0 - 1));
        }
    }

    @Test
    void anotherSeedChoosesOthers() {
        int[] labels = new int[1000];

        assertThat(ProbeSample.choose(labels, 2, 20, 1)).isNotEqualTo(ProbeSample.choose(labels, 2, 20, 2));
    }
}
