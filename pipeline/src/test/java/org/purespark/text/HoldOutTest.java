// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.purespark.InputException;
import org.purespark.random.SeededRandom.Purpose;

class HoldOutTest {
    @Property(tries = 200)
    void aTenthOfEachClassIsHeldOutAndTheRestIsKept(
            @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 2, max = 60) Integer> classSizes, @ForAll long seed) {
        List<String> rows = rows(classSizes);
        HoldOut parts = share(rows, seed);
        assertThat(parts.heldOut()).isEqualTo(share(rows, seed).heldOut());
        for (int c = 0; c < classSizes.size(); c++) {
            long expected = Math.max(1, Math.round(classSizes.get(c) / 10.0));
            assertThat(count(rows, parts.heldOut(), c)).isEqualTo(expected);
            assertThat(count(rows, parts.kept(), c))
                    .isEqualTo(classSizes.get(c) - expected)
                    .isPositive();
        }
        assertThat(parts.heldOut().intersects(parts.kept())).isFalse();
        assertThat(parts.heldOut().cardinality() + parts.kept().cardinality()).isEqualTo(rows.size());
    }

    @Test
    void theOrderInWhichLabelsAreMetDoesNotMatter() {
        List<String> rows = List.of("b", "a", "a", "b", "a", "b", "a", "b");
        List<String> swapped =
                rows.stream().map(label -> label.equals("a") ? "0" : "z").toList();
        FoundLabels met = new FoundLabels("t", List.of(place("b"), place("a")));
        FoundLabels metOtherwise = new FoundLabels("t", List.of(place("a"), place("b")));
        int[] numbers =
                rows.stream().mapToInt(label -> label.equals("b") ? 0 : 1).toArray();
        int[] otherNumbers =
                rows.stream().mapToInt(label -> label.equals("a") ? 0 : 1).toArray();
        assertThat(HoldOut.share(met, numbers, 0.3, Purpose.HOLD_OUT, 5).heldOut())
                .isEqualTo(HoldOut.share(metOtherwise, otherNumbers, 0.3, Purpose.HOLD_OUT, 5)
                        .heldOut())
                .isEqualTo(HoldOut.share(labels(swapped), numbers(swapped), 0.3, Purpose.HOLD_OUT, 5)
                        .heldOut());
    }

    @Test
    void seedsDrawDifferently() {
        List<String> rows = rows(List.of(200, 200));
        assertThat(share(rows, 11).heldOut().cardinality()).isEqualTo(40);
        assertThat(share(rows, 11).heldOut()).isNotEqualTo(share(rows, 12).heldOut());
    }

    @Test
    void classOfOneTextIsRefused() {
        assertThatThrownBy(() -> share(rows(List.of(20, 1)), 11))
                .isInstanceOf(InputException.class)
                .hasMessage("train.parquet, row 2: label 1 has this one text only, too few to hold out a validation"
                        + " set; add texts of it or give a validation file");
    }

    private static FoundLabels.Place place(String label) {
        return new FoundLabels.Place(label, "row of " + label);
    }

    private static HoldOut share(List<String> rows, long seed) {
        return HoldOut.share(labels(rows), numbers(rows), 0.1, Purpose.HOLD_OUT, seed);
    }

    private static FoundLabels labels(List<String> rows) {
        List<LabelledText> texts = new ArrayList<>();
        rows.forEach(label -> texts.add(new LabelledText("a text", label, texts.size() + 1)));
        return new TextTable("train.parquet", texts, RowUnit.ROW).labels();
    }

    private static int[] numbers(List<String> rows) {
        List<String> found = labels(rows).labels();
        return rows.stream().mapToInt(found::indexOf).toArray();
    }

    /** Classes take turns, as far as they reach. */
    private static List<String> rows(List<Integer> classSizes) {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            for (int c = 0; c < classSizes.size(); c++) {
                if (i < classSizes.get(c)) {
                    rows.add(Integer.toString(c));
                }
            }
        }
        return rows;
    }

    private static long count(List<String> rows, BitSet part, int label) {
        return part.stream()
                .filter(row -> rows.get(row).equals(Integer.toString(label)))
                .count();
    }
}
