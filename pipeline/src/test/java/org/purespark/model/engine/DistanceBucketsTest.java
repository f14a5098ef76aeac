// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.purespark.encoder.Attention;

class DistanceBucketsTest {
    /** The first distance of each bucket, as transformers 5.24 and PyTorch compute it for -600 to 600. */
    @Test
    void bucketsAreThoseOfMpnet() {
        Map<Integer, Integer> expected = new TreeMap<>();
        int[] before = {-600, -90, -63, -45, -31, -22, -15, -11, -7, -6, -5, -4, -3, -2, -1, 0};
        int[] after = {1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91};
        for (int i = 0; i < before.length; i++) {
            expected.put(before[i], 15 - i);
        }
        for (int i = 0; i < after.length; i++) {
            expected.put(after[i], 17 + i);
        }
        Map<Integer, Integer> actual = new TreeMap<>();
        int last = -1;
        for (int distance = -600; distance <= 600; distance++) {
            if (DistanceBuckets.of(distance) != last) {
                last = DistanceBuckets.of(distance);
                actual.put(distance, last);
            }
        }
        assertThat(actual).isEqualTo(expected);
        assertThat(DistanceBuckets.of(Integer.MAX_VALUE)).isEqualTo(31);
        assertThat(DistanceBuckets.COUNT).isEqualTo(Attention.DistanceBuckets.BUCKETS);
    }
}
