// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.nio.ByteBuffer;

/**
 * Unpacks a block in Snappy's raw format (google/snappy, format_description.txt): the unpacked length, then literals
 * and copies of what was unpacked before.
 */
final class Snappy {
    /** A copy of 64 bytes takes 3 bytes: nothing unpacks to more. */
    private static final int MOST_GROWTH = 22;

    private Snappy() {}

    /**
     * @param packed from its position to its limit
     * @throws DamagedTable if this is no whole block
     */
    static byte[] unpacked(ByteBuffer packed) throws DamagedTable {
        int packedBytes = packed.remaining();
        long length = Varint.read(packed);
        if (length < 0 || length > (long) MOST_GROWTH * packedBytes) {
            throw new DamagedTable("its Snappy data of " + packedBytes + " bytes is said to unpack to "
                    + Long.toUnsignedString(length) + " bytes");
        }
        byte[] out = new byte[(int) length];
        int at = 0;
        while (packed.hasRemaining()) {
            int tag = packed.get() & 0xff;
            boolean isLiteral = (tag & 3) == 0;
            long distance = isLiteral ? 0 : distance(tag, packed);
            long count = isLiteral ? literal(tag, packed) : copied(tag);
            if (count > out.length - at || !isLiteral && (distance < 1 || distance > at)) {
                throw new DamagedTable("its Snappy data goes beyond its own bounds");
            }
            if (isLiteral) {
                require(packed, count);
                packed.get(out, at, (int) count);
            } else {
                copy(out, at - (int) distance, at, (int) count);
            }
            at += (int) count;
        }
        if (at < out.length) {
            throw new DamagedTable("its Snappy data ends early");
        }
        return out;
    }

    /** One byte after the other: what is copied may begin with what is written. */
    private static void copy(byte[] out, int from, int to, int count) {
        for (int i = 0; i < count; i++) {
            out[to + i] = out[from + i];
        }
    }

    /** How many bytes before the place of a copy its source begins. */
    private static long distance(int tag, ByteBuffer packed) throws DamagedTable {
        return switch (tag & 3) {
            case 1 -> (tag >>> 5) << 8 | little(packed, 1);
            case 2 -> little(packed, 2);
            default -> little(packed, 4);
        };
    }

    /** Length of a copy. */
    private static int copied(int tag) {
        return (tag & 3) == 1 ? 4 + (tag >>> 2 & 7) : 1 + (tag >>> 2);
    }

    /** Length of a literal. */
    private static long literal(int tag, ByteBuffer packed) throws DamagedTable {
        int length = tag >>> 2;
        return length < 60 ? length + 1 : little(packed, length - 59) + 1;
    }

    private static long little(ByteBuffer packed, int bytes) throws DamagedTable {
        require(packed, bytes);
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (packed.get() & 0xffL) << 8 * i;
        }
        return value;
    }

    private static void require(ByteBuffer packed, long bytes) throws DamagedTable {
        if (packed.remaining() < bytes) {
            throw new DamagedTable("its Snappy data ends early");
        }
    }
}
