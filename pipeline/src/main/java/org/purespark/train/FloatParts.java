// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/** Arrays of float32 as the pieces of an {@link Exchange}, little-endian. */
final class FloatParts {
    private FloatParts() {}

    /** Gives {@code count} values, from {@code from} on. */
    interface Source {
        void get(int from, FloatBuffer to);
    }

    /** Takes values for the entries from {@code at} on. */
    interface Sink {
        void put(int at, FloatBuffer values);
    }

    /** The entries [from, to) of a source, copied to memory of the exchange. */
    static List<ByteBuffer> of(Exchange exchange, Source source, int from, int to) {
        int perPart = Exchange.PART_BYTES / Float.BYTES;
        List<ByteBuffer> parts = new ArrayList<>();
        for (int at = from; at < to; at += perPart) {
            ByteBuffer part =
                    exchange.part(Float.BYTES * Math.min(perPart, to - at)).order(ByteOrder.LITTLE_ENDIAN);
            source.get(at, part.asFloatBuffer());
            parts.add(part);
        }
        return parts;
    }

    /** Gives the values of a piece to a sink; the first one is for entry {@code from}. */
    static void read(List<ByteBuffer> piece, int from, Sink sink) {
        int at = from;
        for (ByteBuffer part : piece) {
            FloatBuffer values = part.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            int count = values.remaining();
            sink.put(at, values);
            at += count;
        }
    }
}
