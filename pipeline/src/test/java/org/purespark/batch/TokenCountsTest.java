// SPDX-License-Identifier: Apache-2.0
package org.purespark.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TokenCountsTest {
    @Test
    void everyTokenOfEveryTextIsCounted() {
        EncodedSplit texts = EncodedSplit.of(List.of(new int[] {2, 4, 4, 3}, new int[] {2, 3}), new int[] {0, 1});
        assertThat(TokenCounts.of(texts, 6)).containsExactly(0, 0, 2, 2, 2, 0);
    }

    @Test
    void aTokenThatTheVocabularyDoesNotHaveIsRefused() {
        EncodedSplit texts = EncodedSplit.of(List.of(new int[] {2}, new int[] {2, 6}), new int[] {0, 1});
        assertThatThrownBy(() -> TokenCounts.of(texts, 6))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("token id 6 of text 1 is not in a vocabulary of 6");
    }
}
