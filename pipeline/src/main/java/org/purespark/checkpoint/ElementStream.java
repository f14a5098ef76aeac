// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.hadoop.fs.Seekable;
import org.purespark.InputException;

/** Reads little-endian elements from a stream as float32, through a small buffer. */
final class ElementStream {
    private static final int BUFFER_BYTES = 1 << 20;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private long position;

    /**
     * @param in at byte {@code position} of its file
     */
    ElementStream(InputStream in, long position) {
        this.in = in;
        this.position = position;
    }

    /** The byte of the file that is read next. */
    long position() {
        return position;
    }

    /** Moves forward to the byte {@code target} of the file; a store that can seek does not send the skipped bytes. */
    void advanceTo(long target) throws IOException {
        if (target < position) {
            throw new IllegalStateException(
                    "byte " + target + " lies behind byte " + position + ": read in file order");
        }
        if (target > position) {
            if (in instanceof Seekable seekable) {
                seekable.seek(target);
            } else {
                in.skipNBytes(target - position);
            }
            position = target;
        }
    }

    /** The tensor that starts at the stream's position. */
    Tensor read(TensorFile.Entry entry) throws IOException {
        requireReadable(entry);
        int count = elements(entry);
        float[] values = new float[count];
        int done = 0;
        while (done < count) {
            int now = Math.min(count - done, chunk(entry));
            decode(entry, values, done, now);
            done += now;
        }
        return new Tensor(entry.shape(), values);
    }

    /** Takes a part of a tensor's values. */
    interface Part {
        /** @param values the first {@code count} are the next ones of the tensor, row-major */
        void accept(float[] values, int count);
    }

    /** Passes the values of the tensor that starts at the stream's position, part by part. */
    void scan(TensorFile.Entry entry, Part sink) throws IOException {
        requireReadable(entry);
        int count = elements(entry);
        float[] values = new float[Math.min(count, chunk(entry))];
        for (int done = 0; done < count; done += values.length) {
            int now = Math.min(count - done, values.length);
            decode(entry, values, 0, now);
            sink.accept(values, now);
        }
    }

    /** Elements that the buffer holds. */
    private static int chunk(TensorFile.Entry entry) {
        return BUFFER_BYTES / entry.type().bytes();
    }

    private void decode(TensorFile.Entry entry, float[] values, int from, int count) throws IOException {
        fill(count * entry.type().bytes(), entry);
        entry.type().decode(ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN), values, from, count);
    }

    /** The next bytes of the file; fewer at its end. */
    byte[] readBytes(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        position += bytes.length;
        return bytes;
    }

    static void requireReadable(TensorFile.Entry entry) {
        if (!entry.type().isReadable()) {
            throw new InputException("cannot read tensor " + entry.shown() + ": its elements are " + entry.type()
                    + ", expected F32, F16, BF16 or F64 (" + entry.place() + ")");
        }
    }

    private static int elements(TensorFile.Entry entry) {
        long count = 1;
        for (int dimension : entry.shape()) {
            count *= dimension;
            if (count > Integer.MAX_VALUE - 8) {
                throw new InputException("cannot read tensor " + entry.shown() + ": shape " + entry.shownShape()
                        + " has more than 2^31 entries (" + entry.place() + ")");
            }
        }
        return (int) count;
    }

    private void fill(int bytes, TensorFile.Entry entry) throws IOException {
        int got = in.readNBytes(buffer, 0, bytes);
        position += got;
        if (got < bytes) {
            throw new InputException(
                    "cannot read tensor " + entry.shown() + ": the file ends at byte " + position
                            + ", in the middle of it; copy the file again (" + entry.place() + ")",
                    new EOFException());
        }
    }
}
