// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.purespark.model.cpu.HeadColumns.Run;

class HeadColumnsTest {
    @Test
    void runsOfUsedHeadsGoOnFromPartToPart() {
        // heads 0 and 3 of 4, with 2 columns each, in q, k and v
        HeadColumns columns = HeadColumns.of(new float[] {1, 0, 0, 1}, 24, 3);
        assertThat(columns.used()).isEqualTo(12);
        assertThat(columns.runs())
                .containsExactly(new Run(0, 0, 2), new Run(6, 2, 4), new Run(14, 6, 4), new Run(22, 10, 2));
    }

    @Test
    void aThirdOfTheHeadsMustBePruned() {
        assertThat(HeadColumns.of(new float[] {1, 1, 0, 1, 1, 0}, 12, 1).areFew())
                .isTrue();
        assertThat(HeadColumns.of(new float[] {1, 1, 0, 1}, 8, 1).areFew()).isFalse();
        assertThat(HeadColumns.of(new float[] {0, 0}, 8, 1).areFew())
                .as("no head")
                .isFalse();
    }
}
