// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.purespark.InputException;

class HoldOutTest {
    @Property(tries = 200)
    void atenthOfEachClassIsHeldOutAndOrderIsKept(
            @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 2, max = 60) Integer> classSizes, @ForAll long seed) {
        TextTable table = table(classSizes);
        HoldOut parts = HoldOut.share(table, 0.1, seed);
        assertThat(parts).isEqualTo(HoldOut.share(table, 0.1, seed));
        for (int c = 0; c < classSizes.size(); c++) {
            long expected = Math.max(1, Math.round(classSizes.get(c) / 10.0));
            assertThat(count(parts.validation(), c)).isEqualTo(expected);
            assertThat(count(parts.train(), c))
                    .isEqualTo(classSizes.get(c) - expected)
                    .isPositive();
        }
        Set<LabelledText> all = new HashSet<>(parts.train().rows());
        all.addAll(parts.validation().rows());
        assertThat(all).isEqualTo(new HashSet<>(table.rows()));
        for (TextTable part : List.of(parts.train(), parts.validation())) {
            assertThat(part.rows()).extracting(LabelledText::number).isSorted();
            assertThat(part.source()).isEqualTo("train.parquet");
            assertThat(part.unit()).isEqualTo(RowUnit.ROW);
        }
    }

    @Test
    void seedsDrawDifferently() {
        TextTable table = table(List.of(200, 200));
        assertThat(HoldOut.share(table, 0.1, 11).validation().rows())
                .hasSize(40)
                .isNotEqualTo(HoldOut.share(table, 0.1, 12).validation().rows());
    }

    @Test
    void classOfOneTextIsRefused() {
        assertThatThrownBy(() -> HoldOut.share(table(List.of(20, 1)), 0.1, 11))
                .isInstanceOf(InputException.class)
                .hasMessage("train.parquet, row 2: label 1 has this one text only, too few to hold out a validation"
                        + " set; add texts of it or give a validation file");
    }

    @Test
    void rowWithoutALabelIsRefused() {
        TextTable table = new TextTable("train.csv", List.of(new LabelledText("x", null, 2)));
        assertThatThrownBy(() -> HoldOut.share(table, 0.1, 11))
                .isInstanceOf(InputException.class)
                .hasMessage("train.csv, line 2, column label: the row has no label; give it one or remove the row");
    }

    /** Classes take turns, as far as they reach. */
    private static TextTable table(List<Integer> classSizes) {
        List<LabelledText> rows = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            for (int c = 0; c < classSizes.size(); c++) {
                if (i < classSizes.get(c)) {
                    rows.add(new LabelledText("text " + i, Integer.toString(c), rows.size() + 1));
                }
            }
        }
        return new TextTable("train.parquet", rows, RowUnit.ROW);
    }

    private static long count(TextTable table, int label) {
        return table.rows().stream()
                .filter(row -> row.label().equals(Integer.toString(label)))
                .count();
    }
}
