// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class PartBuffersTest {
    private final PartBuffers buffers = new PartBuffers();

    @Test
    void memoryGivenBackIsUsedAgainForPartsOfItsLength() {
        ByteBuffer first = buffers.take(12);
        ByteBuffer second = buffers.take(12);
        assertThat(first.remaining()).isEqualTo(12);
        assertThat(second.array()).as("both are in use").isNotSameAs(first.array());
        first.position(5);
        buffers.giveBack(first);
        assertThat(buffers.take(16).remaining()).isEqualTo(16);
        ByteBuffer third = buffers.take(12);
        assertThat(third.array()).isSameAs(first.array());
        assertThat(third.position()).isZero();
        assertThat(third.remaining()).isEqualTo(12);
        assertThat(buffers.take(12).array()).isNotSameAs(second.array()).isNotSameAs(first.array());
    }
}
