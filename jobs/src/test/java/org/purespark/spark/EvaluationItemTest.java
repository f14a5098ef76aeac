// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class EvaluationItemTest {
    @Property(tries = 300)
    void everyPairOfBatchAndSetIsInOnePartInOrder(
            @ForAll @IntRange(max = 9) int batches,
            @ForAll @IntRange(min = 1, max = 9) int sets,
            @ForAll @IntRange(min = 1, max = 100) int most,
            @ForAll @IntRange(min = 1, max = 5) int lanes) {
        List<List<Integer>> expected = new ArrayList<>();
        for (int b = 0; b < batches; b++) {
            for (int set = 0; set < sets; set++) {
                expected.add(List.of(3 + b, set));
            }
        }
        List<ArrayList<EvaluationItem>> parts = EvaluationItem.cut(3, 3 + batches, sets, most, lanes);
        int rounds = (expected.size() + lanes - 1) / lanes;
        List<List<Integer>> found = new ArrayList<>();
        for (List<EvaluationItem> part : parts) {
            for (EvaluationItem item : part) {
                found.add(List.of(item.batch(), item.set()));
            }
            int ofPart = (part.size() + lanes - 1) / lanes;
            assertThat(ofPart).isBetween(rounds / parts.size(), (rounds - 1) / parts.size() + 1);
            if (found.size() < expected.size()) {
                assertThat(part.size() % lanes).as("rounds are full").isZero();
            }
        }
        assertThat(found).isEqualTo(expected);
        assertThat(parts).hasSize(Math.min(most, rounds));
    }
}
