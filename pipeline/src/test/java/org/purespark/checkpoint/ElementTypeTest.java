// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ElementTypeTest {
    @ParameterizedTest
    @CsvSource({
        "0x3c00, 1.0",
        "0xc000, -2.0",
        "0x7bff, 65504.0",
        "0x0400, 0.00006103515625",
        "0x0001, 5.9604644775390625e-8",
        "0x03ff, 6.097555160522461e-5",
        "0x3555, 0.333251953125",
        "0x8000, -0.0",
        "0x7c00, Infinity",
        "0xfc00, -Infinity",
        "0x7e00, NaN"
    })
    void readsHalfPrecision(String bits, float expected) {
        assertThat(Float.valueOf(ElementType.halfToFloat(Integer.decode(bits).shortValue())))
                .isEqualTo(Float.valueOf(expected));
    }

    @Test
    void readsBfloat16AsTheUpperHalfOfAFloat() {
        ByteBuffer buffer = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putShort((short) 0x3f80).putShort((short) 0xc049).flip();
        float[] values = new float[3];
        ElementType.BF16.decode(buffer, values, 1, 2);
        assertThat(values).containsExactly(0f, 1f, -3.140625f);
    }

    @Test
    void readsDoublesRoundedToFloats() {
        ByteBuffer buffer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putDouble(0.1).flip();
        float[] values = new float[1];
        ElementType.F64.decode(buffer, values, 0, 1);
        assertThat(values).containsExactly(0.1f);
    }
}
