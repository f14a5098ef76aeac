// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The numbers decide what a training with a given seed drops: they must stay as they are. */
class DropoutEntriesTest {
    @Test
    void aRowOfAttentionTakesAMultipleOfSixteenNumbers() {
        assertThat(DropoutEntries.stride(1)).isEqualTo(16);
        assertThat(DropoutEntries.stride(16)).isEqualTo(16);
        assertThat(DropoutEntries.stride(17)).isEqualTo(32);
    }

    @Test
    void numbersAreThoseOfTheContract() {
        assertThat(DropoutEntries.ofAttention(17, 2, 5, 3)).isEqualTo(2 * 17 * 32 + 5 * 32 + 3);
        assertThat(DropoutEntries.ofFirstToken(12, 5, 3)).isEqualTo(5 * 16 + 3);
        assertThat(DropoutEntries.ofRow(30, 4, 7)).isEqualTo(4 * 30 + 7);
        assertThat(DropoutEntries.ofAttention(50_000, 11, 0, 0)).isEqualTo(11L * 50_000 * 50_000);
    }

    @Test
    void noTwoEntriesOfATextHaveTheSameNumber() {
        Set<Long> numbers = new HashSet<>();
        for (int head = 0; head < 3; head++) {
            for (int key = 0; key < 18; key++) {
                for (int query = 0; query < 18; query++) {
                    numbers.add(DropoutEntries.ofAttention(18, head, key, query));
                }
            }
        }
        assertThat(numbers).hasSize(3 * 18 * 18);
    }
}
