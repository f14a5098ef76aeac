package org.purespark.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.purespark.evaluate.EncodedBatch;

class EvaluationItemTest {
    @Property(tries = 300)
    void everyPairOfBatchAndSetIsInOnePartInOrder(
            @ForAll @IntRange(max = 9) int batches,
            @ForAll @IntRange(min = 1, max = 9) int sets,
            @ForAll @IntRange(min = 1, max = 100) int most) {
        List<EncodedBatch> given = new ArrayList<>();
        List<List<Integer>> expected = new ArrayList<>();
        for (int b = 0; b < batches; b++) {
            given.add(new EncodedBatch(List.of(new int[] {b}), new int[] {0}));
            for (int set = 0; set < sets; set++) {
                expected.add(List.of(b, set));
            }
        }
        List<ArrayList<EvaluationItem>> parts = EvaluationItem.cut(given, sets, most);
        List<List<Integer>> found = new ArrayList<>();
        for (List<EvaluationItem> part : parts) {
            int before = found.size();
            for (EvaluationItem item : part) {
                for (int set = item.from(); set < item.to(); set++) {
                    found.add(List.of(item.batch().texts().get(0)[0], set));
                }
            }
            assertThat(found.size() - before)
                    .isBetween(expected.size() / parts.size(), (expected.size() - 1) / parts.size() + 1);
        }
        assertThat(found).isEqualTo(expected);
        assertThat(parts).hasSize(Math.min(most, expected.size()));
    }
}
