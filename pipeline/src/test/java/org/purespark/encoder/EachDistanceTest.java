// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EachDistanceTest {
    @Test
    void eachDistanceInTheLongestTextHasARow() {
        EachDistance distances = new EachDistance(4);
        assertThat(distances.rows()).isEqualTo(7);
        assertThat(IntStream.rangeClosed(-3, 3).map(distances::row)).containsExactly(0, 1, 2, 3, 4, 5, 6);
    }

    @Test
    void distancesBeyondAreRefused() {
        assertThatThrownBy(() -> new EachDistance(4).row(-4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("distance -4 in a text of 4 tokens");
        assertThatThrownBy(() -> new EachDistance(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("distances in a text of 0 tokens");
    }
}
