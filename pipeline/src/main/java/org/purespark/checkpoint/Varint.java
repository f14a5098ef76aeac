// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.nio.ByteBuffer;

/** Integers of seven bits a byte, the lowest first; the highest bit says that another byte follows. */
final class Varint {
    private static final int MOST_BYTES = 10;

    private Varint() {}

    /**
     * The integer at the buffer's position; one beyond 2^63 is negative.
     *
     * @throws DamagedTable if it does not end
     */
    static long read(ByteBuffer buffer) throws DamagedTable {
        long value = 0;
        for (int i = 0; i < MOST_BYTES && buffer.hasRemaining(); i++) {
            byte next = buffer.get();
            value |= (next & 0x7fL) << 7 * i;
            if (next >= 0) {
                return value;
            }
        }
        throw new DamagedTable("a number in it does not end");
    }
}
