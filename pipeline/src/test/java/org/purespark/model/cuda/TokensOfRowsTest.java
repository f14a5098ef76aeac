// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokensOfRowsTest {
    @Test
    void tokensOfARowFollowEachOtherInTheirOrder() {
        TokensOfRows of = TokensOfRows.of(new int[] {7, 2, 7, 0, 2, 7});
        assertThat(of.rows()).containsExactly(0, 2, 7);
        assertThat(of.starts()).containsExactly(0, 1, 3, 6);
        assertThat(of.tokens()).containsExactly(3, 1, 4, 0, 2, 5);
    }

    @Test
    void noTokensReadNoRow() {
        TokensOfRows of = TokensOfRows.of(new int[0]);
        assertThat(of.rows()).isEmpty();
        assertThat(of.starts()).containsExactly(0);
    }
}
