// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The bytes of a pickle, as its instructions take them. Each method throws {@link BufferUnderflowException} where the
 * pickle ends before its time.
 */
final class PickleInput {
    private final ByteBuffer in;

    PickleInput(ByteBuffer pickle) {
        this.in = pickle.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The byte that is read next. */
    int position() {
        return in.position();
    }

    /** Bytes in the pickle. */
    int length() {
        return in.limit();
    }

    /** 0 to 255. */
    int oneByte() {
        return in.get() & 0xff;
    }

    /** 0 to 65535. */
    int twoBytes() {
        return in.getShort() & 0xffff;
    }

    /** With a sign. */
    int fourBytes() {
        return in.getInt();
    }

    long eightBytes() {
        return in.getLong();
    }

    /** An integer of up to 8 bytes with a sign, the lowest byte first; 0 for no byte. */
    long integer(int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            long part = in.get();
            value |= (i == bytes - 1 ? part : part & 0xff) << (8 * i);
        }
        return value;
    }

    /** The next bytes as text; empty if they are not UTF-8. */
    Optional<String> text(long bytes) {
        if (bytes < 0 || bytes > in.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer part = in.slice(in.position(), (int) bytes);
        in.position(in.position() + (int) bytes);
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(part).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** The bytes up to a line feed, each as one character. */
    String line() {
        int start = in.position();
        while (in.get() != '\n') {
            // the line goes on
        }
        byte[] bytes = new byte[in.position() - start - 1];
        in.get(start, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
