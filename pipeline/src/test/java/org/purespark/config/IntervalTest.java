// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntervalTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[0, 1] | 0 | true",
                "(0, 1] | 0 | false",
                "(0, 1] | 1e-300 | true",
                "[0, 1) | 1 | false",
                "[0, 1] | 1 | true",
                "[0, 1] | 1.0000001 | false",
                "[-2, 5) | -3 | false"
            })
    void holdsWhatItsNotationSays(String notation, String value, boolean expected) {
        assertThat(Interval.parse(notation).contains(new BigDecimal(value))).isEqualTo(expected);
    }

    @Test
    void isWrittenAsItIsRead() {
        assertThat(Interval.parse("( 0,0.5 ]")).hasToString("(0, 0.5]");
    }

    @Test
    void refusesOtherNotations() {
        assertThatThrownBy(() -> Interval.parse("0..1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'0..1' is no interval such as (0, 1]");
        assertThatThrownBy(() -> Interval.parse("[2, 1]")).hasMessageContaining("the bounds are swapped");
    }
}
