// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** The element types of safetensors files, under the names that their headers use. */
public enum ElementType {
    BOOL(1),
    U8(1),
    I8(1),
    F8_E4M3(1),
    F8_E5M2(1),
    F8_E8M0(1),
    I16(2),
    U16(2),
    F16(2),
    BF16(2),
    I32(4),
    U32(4),
    F32(4),
    I64(8),
    U64(8),
    F64(8),
    C64(8);

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Whether {@link #decode} turns elements of this type into float32. */
    public boolean isReadable() {
        return this == F32 || this == F16 || this == BF16 || this == F64;
    }

    static Optional<ElementType> named(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    /**
     * Decodes {@code count} elements from the buffer's position on.
     *
     * @param buffer little-endian
     * @param target receives float32 values from index {@code from} on; float64 is rounded to nearest
     */
    void decode(ByteBuffer buffer, float[] target, int from, int count) {
        switch (this) {
            case F32 -> buffer.asFloatBuffer().get(target, from, count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    target[from + i] = halfToFloat(buffer.getShort());
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    target[from + i] = Float.intBitsToFloat(buffer.getShort() << 16);
                }
            }
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    target[from + i] = (float) buffer.getDouble();
                }
            }
            default -> throw new IllegalStateException("elements of type " + this + " cannot be decoded");
        }
    }

    /** IEEE 754 binary16 to binary32: 1 sign, 5 exponent (bias 15), 10 fraction bits. Exact. */
    static float halfToFloat(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >>> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0) {
            float magnitude = fraction * 0x1.0p-24f;
            return Float.intBitsToFloat(sign | Float.floatToRawIntBits(magnitude));
        }
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | 0x7f800000 | fraction << 13);
        }
        return Float.intBitsToFloat(sign | (exponent + 127 - 15) << 23 | fraction << 13);
    }
}
