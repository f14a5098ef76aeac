// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Set;
import org.junit.jupiter.api.Test;

class HeadScoresTest {
    private static final HeadScores SCORES = new HeadScores(2, 3, 5, new double[][] {{0.3, 0.1, 0.2}, {0.1, 0.4, 0.2}});

    @Test
    void ranksLowestFirstAndTiesByLayerAndHead() {
        assertThat(SCORES.ranking())
                .extracting(Head::toString)
                .containsExactly("0.1", "1.0", "0.2", "1.2", "0.0", "1.1");
    }

    @Test
    void layerMeanIsOverTheRemainingHeads() {
        assertThat(SCORES.layerMean(0, Set.of())).isCloseTo(0.2, within(1e-15));
        assertThat(SCORES.layerMean(0, Set.of(new Head(0, 0), new Head(1, 1)))).isCloseTo(0.15, within(1e-15));
    }

    @Test
    void layerWithoutHeadsHasNoMean() {
        Set<Head> all = Set.of(new Head(1, 0), new Head(1, 1), new Head(1, 2));

        assertThatThrownBy(() -> SCORES.layerMean(1, all))
                .hasMessage("layer 1 has no head left: each layer keeps at least one");
    }

    @Test
    void doesNotShareItsArray() {
        SCORES.variance()[0][0] = 99;

        assertThat(SCORES.variance(new Head(0, 0))).isEqualTo(0.3);
    }

    @Test
    void refusesScoresThatDoNotFit() {
        assertThatThrownBy(() -> new HeadScores(2, 2, 1, new double[][] {{1, 2}}))
                .hasMessage("variance has 1 layers, layers says 2");
        assertThatThrownBy(() -> new HeadScores(1, 2, 1, new double[][] {{1}}))
                .hasMessage("variance[0] has 1 entries, heads says 2");
        assertThatThrownBy(() -> new HeadScores(1, 1, 1, new double[][] {{Double.NaN}}))
                .hasMessage("variance[0][0] is NaN, expected a finite number, at least 0");
        assertThatThrownBy(() -> new HeadScores(1, 1, 0, new double[][] {{1}}))
                .hasMessage("texts is 0, expected at least 1");
    }
}
