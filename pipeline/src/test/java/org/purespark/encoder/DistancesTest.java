// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DistancesTest {
    @Test
    void withoutBucketsEachDistanceHasARowUpToTheSpan() {
        Distances distances = new Distances(4, 0);
        assertThat(IntStream.rangeClosed(-6, 6).map(distances::row))
                .containsExactly(0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 7, 7, 7);
    }

    /** What {@code make_log_bucket_position} of transformers 5.24 gives for 8 buckets up to 64, plus the span. */
    @Test
    void bucketsAreThoseOfTransformers() {
        Distances distances = new Distances(8, 64);
        int[] of = {0, 1, 3, 4, 5, 7, 10, 11, 20, 25, 26, 40, 63, 64, 100};
        assertThat(IntStream.of(of).map(distances::row))
                .containsExactly(8, 9, 11, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15, 15, 15);
        assertThat(IntStream.of(of).map(distance -> distances.row(-distance)))
                .containsExactly(8, 7, 5, 4, 3, 3, 3, 2, 2, 2, 1, 1, 1, 0, 0);
    }

    @Test
    void spansBelowOneAreRefused() {
        assertThatThrownBy(() -> new Distances(0, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("distances with span 0 up to 5");
    }
}
