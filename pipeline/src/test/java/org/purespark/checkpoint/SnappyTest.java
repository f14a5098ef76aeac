// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.random.SeededRandom;

class SnappyTest {
    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "59, 200", "60, 200", "61, 200", "70000, 200", "300000, 2", "300000, 1", "100000, 20"})
    void whatTheReferencePacksIsUnpacked(int bytes, int words) throws IOException, DamagedTable {
        SeededRandom random = SeededRandom.of(11, SeededRandom.Purpose.TEST_WEIGHTS);
        byte[] original = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            original[i] = (byte) (words * Math.abs(random.nextGaussian()));
        }
        byte[] packed = org.xerial.snappy.Snappy.compress(original);
        assertThat(Snappy.unpacked(ByteBuffer.wrap(packed))).isEqualTo(original);
    }
}
