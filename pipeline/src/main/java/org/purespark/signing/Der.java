// SPDX-License-Identifier: Apache-2.0
package org.purespark.signing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One value of ASN.1's distinguished encoding (X.690): what a key's file is made of.
 *
 * @param tag its first byte
 * @param content the bytes after its length
 */
record Der(int tag, byte[] content) {
    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int OBJECT = 0x06;
    static final int SEQUENCE = 0x30;

    private static final int LONG_LENGTH = 0x80;
    private static final int MOST_LENGTH_BYTES = 3;

    /** The tag of a value that a structure marks with this number. */
    static int marked(int number) {
        return 0xa0 | number;
    }

    /**
     * The values that follow each other in {@code bytes}.
     *
     * @throws IllegalArgumentException if the bytes are something else
     */
    static List<Der> all(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        List<Der> values = new ArrayList<>();
        while (in.hasRemaining()) {
            int tag = in.get() & 0xff;
            byte[] content = new byte[length(in)];
            in.get(content);
            values.add(new Der(tag, content));
        }
        return values;
    }

    private static int length(ByteBuffer in) {
        require(in.hasRemaining());
        int first = in.get() & 0xff;
        int length = first;
        if (first >= LONG_LENGTH) {
            int count = first - LONG_LENGTH;
            require(count >= 1 && count <= MOST_LENGTH_BYTES && count <= in.remaining());
            length = 0;
            for (int i = 0; i < count; i++) {
                length = length << 8 | in.get() & 0xff;
            }
        }
        require(length <= in.remaining());
        return length;
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("a length goes beyond the end");
        }
    }

    /** The values inside of this one, which must have the tag. */
    List<Der> inside(int expected) {
        if (tag != expected) {
            throw new IllegalArgumentException(
                    "a value has the tag " + Integer.toHexString(tag) + ", expected " + Integer.toHexString(expected));
        }
        return all(content);
    }

    /** The encoded value. */
    byte[] encoded() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < LONG_LENGTH) {
            out.write(content.length);
        } else {
            int count = content.length < 1 << 8 ? 1 : content.length < 1 << 16 ? 2 : MOST_LENGTH_BYTES;
            out.write(LONG_LENGTH | count);
            for (int i = count - 1; i >= 0; i--) {
                out.write(content.length >>> 8 * i);
            }
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    /** A sequence of these values. */
    static Der sequence(Der... values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Der value : values) {
            out.writeBytes(value.encoded());
        }
        return new Der(SEQUENCE, out.toByteArray());
    }
}
