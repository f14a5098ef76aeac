// SPDX-License-Identifier: Apache-2.0
package org.purespark.batch;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;

/**
 * Some texts of a split that follow each other, close together in one buffer: on the heap, or in a file that is mapped.
 * A text takes 8 bytes, and 2 bytes for each token, or 4 if an id is above 65,535. In a block that has tokens of type 1
 * a text takes 4 bytes more.
 *
 * <pre>
 * int texts n | int bytes of an id | int columns c, 2 or 3 | int label[n] | int end[n], in ids | ids
 * int texts n | int bytes of an id | int columns c, 2 or 3 | int label[n] | int end[n], in ids | int second[n] | ids
 * </pre>
 *
 * The second form is that of c = 3.
 */
public final class TextBlock implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int HEADER_BYTES = 3 * Integer.BYTES;
    /** Columns of labels and ends. */
    private static final int PLAIN = 2;
    /** Columns of labels, ends and starts of type 1. */
    private static final int WITH_TYPES = 3;

    private final transient ByteBuffer buffer;
    private final transient int texts;
    private final transient int idBytes;
    private final transient int columns;

    /** @param buffer as {@link #encode} makes it; read from its start */
    public TextBlock(ByteBuffer buffer) {
        this.buffer = buffer.asReadOnlyBuffer();
        this.texts = this.buffer.getInt(0);
        this.idBytes = this.buffer.getInt(Integer.BYTES);
        this.columns = this.buffer.getInt(2 * Integer.BYTES);
    }

    /**
     * The buffer of a block.
     *
     * @param texts n
     * @param labels the first n are used
     * @param ends the first n are used: number of ids up to the end of each text, of all texts together
     * @param seconds the first n are used: index in its text of the first token of type 1; the text's length if it has
     *     none
     * @param ids of all texts, one after the other
     */
    static ByteBuffer encode(int texts, int[] labels, int[] ends, int[] seconds, int[] ids) {
        int count = texts == 0 ? 0 : ends[texts - 1];
        int bits = 0;
        for (int i = 0; i < count; i++) {
            bits |= ids[i];
        }
        int idBytes = bits >>> Character.SIZE != 0 ? Integer.BYTES : Character.BYTES;
        int columns = haveTypes(texts, ends, seconds) ? WITH_TYPES : PLAIN;
        ByteBuffer block = ByteBuffer.allocate(HEADER_BYTES + columns * Integer.BYTES * texts + idBytes * count);
        block.putInt(texts).putInt(idBytes).putInt(columns);
        for (int i = 0; i < texts; i++) {
            block.putInt(labels[i]);
        }
        for (int i = 0; i < texts; i++) {
            block.putInt(ends[i]);
        }
        for (int i = 0; columns == WITH_TYPES && i < texts; i++) {
            block.putInt(seconds[i]);
        }
        for (int i = 0; i < count; i++) {
            if (idBytes == Character.BYTES) {
                block.putChar((char) ids[i]);
            } else {
                block.putInt(ids[i]);
            }
        }
        return block.flip();
    }

    private static boolean haveTypes(int texts, int[] ends, int[] seconds) {
        for (int i = 0; i < texts; i++) {
            if (seconds[i] < ends[i] - (i == 0 ? 0 : ends[i - 1])) {
                return true;
            }
        }
        return false;
    }

    /** Number of texts. */
    public int size() {
        return texts;
    }

    /** Size of the buffer. */
    public int bytes() {
        return buffer.limit();
    }

    /** Number of token ids of a text. */
    int length(int text) {
        return end(text) - start(text);
    }

    int label(int text) {
        return buffer.getInt(HEADER_BYTES + Integer.BYTES * text);
    }

    /** Index in a text of its first token of type 1; the text's length if it has none. */
    int second(int text) {
        return columns == PLAIN ? length(text) : buffer.getInt(HEADER_BYTES + Integer.BYTES * (2 * texts + text));
    }

    /** The token ids of a text, in a new array. */
    int[] ids(int text) {
        int[] ids = new int[length(text)];
        int at = HEADER_BYTES + columns * Integer.BYTES * texts + idBytes * start(text);
        for (int i = 0; i < ids.length; i++) {
            ids[i] = idBytes == Character.BYTES ? buffer.getChar(at) : buffer.getInt(at);
            at += idBytes;
        }
        return ids;
    }

    private int start(int text) {
        return text == 0 ? 0 : end(text - 1);
    }

    private int end(int text) {
        return buffer.getInt(HEADER_BYTES + Integer.BYTES * (texts + text));
    }

    /** The serialized form: the buffer's bytes. */
    private record Bytes(byte[] bytes) implements Serializable {
        private Object readResolve() {
            return new TextBlock(ByteBuffer.wrap(bytes));
        }
    }

    private Object writeReplace() {
        byte[] bytes = new byte[buffer.limit()];
        buffer.get(0, bytes);
        return new Bytes(bytes);
    }

    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("a block is read from its bytes");
    }
}
