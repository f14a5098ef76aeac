// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.purespark.model.GradientSum;

/** Touched rows of the word embedding's gradient as bytes: their number, the words, the rows; little-endian. */
final class WordRows {
    private WordRows() {}

    static ByteBuffer write(GradientSum gradients) {
        int touched = gradients.touchedWords();
        long bytes = Integer.BYTES * (1L + touched) + (long) Float.BYTES * touched * gradients.width();
        ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(touched);
        buffer.asIntBuffer().put(gradients.words(), 0, touched);
        buffer.position(Integer.BYTES * (1 + touched));
        gradients.wordRows().get(0, buffer.asFloatBuffer());
        return buffer.rewind();
    }

    /** Adds the rows to {@code sum}, in their order. */
    static void add(ByteBuffer bytes, GradientSum sum) {
        ByteBuffer buffer = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int touched = buffer.getInt();
        IntBuffer words = buffer.asIntBuffer();
        buffer.position(buffer.position() + Integer.BYTES * touched);
        FloatBuffer rows = buffer.asFloatBuffer();
        for (int i = 0; i < touched; i++) {
            sum.addWordRow(words.get(i), rows.slice(i * sum.width(), sum.width()));
        }
    }
}
