// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Dropout;
import org.purespark.model.engine.TextBatch;
import org.purespark.model.engine.TextBatch.RowKind;

/** What all groups of kernels of an engine share: its board, memory, constants, and the texts that it works on. */
final class CudaWork implements AutoCloseable {
    private static final int TEXTS_BYTES = 40;
    private static final int ROWS_OF_CHUNK = 128;
    private static final int COLUMN_THREADS = 256;
    /** Far more than one operation uses. */
    private static final int MOST_CONSTANTS = 512;

    private final Board board;
    private final Arena arena;
    /** The one that is longest unused comes first. */
    private final Map<Object, CudaArray> constants = new LinkedHashMap<>(16, 0.75f, true);

    /** The batch whose texts are on the board. */
    private TextBatch batch;

    private CudaArray ofBatch;
    private byte[] texts;

    CudaWork(Board board, Arena arena) {
        this.board = board;
        this.arena = arena;
    }

    Board board() {
        return board;
    }

    /** An array for the caller to close; that may be at once after the launches that use it. */
    CudaArray allocate(long... shape) {
        return CudaArray.allocate(board, arena, shape);
    }

    /**
     * An array that the engine uses next. If it is another engine's, that one's work so far comes first.
     *
     * @throws IllegalArgumentException for an array of another kind of engine
     */
    CudaArray array(DeviceArray of) {
        CudaArray array = CudaArray.of(of);
        if (array.board() != board) {
            board.follow(array.board());
        }
        return array;
    }

    /** {@link #array}, or null for an array that is null. */
    CudaArray arrayOrNull(DeviceArray of) {
        return of == null ? null : array(of);
    }

    void launch(String kernel, Grid grid, Arguments arguments) {
        if (!grid.isEmpty()) {
            board.launch(kernel, grid, arguments);
        }
    }

    /** An array of whole numbers, for the caller to close. */
    CudaArray ints(int... values) {
        CudaArray array = allocate(values.length);
        int most = board.exchangeBytes() / Integer.BYTES;
        for (int from = 0; from < values.length; from += most) {
            int count = Math.min(most, values.length - from);
            ByteBuffer lent = board.lend(Integer.BYTES * count);
            lent.asIntBuffer().put(values, from, count);
            board.send(lent, array.address(from, count));
        }
        return array;
    }

    /** An array of floats, for the caller to close. */
    CudaArray floats(float[] values) {
        CudaArray array = allocate(values.length);
        array.put(0, values, 0, values.length);
        return array;
    }

    /** An array that stays on the board, and is the same for the same values; the caller does not close it. */
    CudaArray constant(float[] values) {
        return constant(FloatBuffer.wrap(values.clone()), () -> floats(values));
    }

    /** An array that stays on the board, and is the same for the same key; the caller does not close it. */
    CudaArray constant(Object key, Supplier<CudaArray> make) {
        CudaArray there = constants.get(key);
        if (there == null) {
            if (constants.size() >= MOST_CONSTANTS) {
                Iterator<CudaArray> oldest = constants.values().iterator();
                oldest.next().close();
                oldest.remove();
            }
            there = make.get();
            constants.put(key, there);
        }
        return there;
    }

    /** The structure Texts of a batch; it holds until the next call. */
    byte[] texts(TextBatch of) {
        if (of != batch) {
            send(of);
        }
        return texts;
    }

    private void send(TextBatch of) {
        int count = of.texts();
        long bytes = 2L * Long.BYTES * count + (long) Integer.BYTES * (count + 1 + of.tokens());
        if (bytes > board.exchangeBytes()) {
            throw new IllegalArgumentException("a batch of " + of.tokens() + " tokens is too large");
        }
        ByteBuffer lent = board.lend((int) bytes);
        for (int b = 0; b < count; b++) {
            lent.putLong(of.key(b));
        }
        for (int b = 0; b < count; b++) {
            lent.putLong(of.squaresBefore(b));
        }
        for (int b = 0; b < count; b++) {
            lent.putInt(of.start(b));
        }
        lent.putInt(of.tokens());
        for (int n = 0; n < of.tokens(); n++) {
            lent.putInt(of.textOfRow(n));
        }
        if (ofBatch != null) {
            ofBatch.close();
        }
        ofBatch = allocate(bytes / Float.BYTES);
        long keys = ofBatch.address();
        long squares = keys + (long) Long.BYTES * count;
        long starts = squares + (long) Long.BYTES * count;
        board.send(lent.flip(), keys);
        batch = of;
        texts = Arguments.bytes(TEXTS_BYTES)
                .putLong(starts)
                .putLong(starts + (long) Integer.BYTES * (count + 1))
                .putLong(keys)
                .putLong(squares)
                .putInt(count)
                .putInt(of.tokens())
                .array();
    }

    /**
     * Sums of terms by column.
     *
     * @param a [R, W]
     * @param b [R, W], or null for sums of a
     */
    record Columns(CudaArray a, CudaArray b, Term term) {
        static Columns of(CudaArray a) {
            return new Columns(a, null, Term.A);
        }

        static Columns ofProducts(CudaArray a, CudaArray b) {
            return new Columns(a, b, Term.PRODUCT);
        }
    }

    /** What is summed up; the order is that of {@code rows.cu}. */
    enum Term {
        A,
        PRODUCT,
        SQUARE_OF_DIFFERENCE
    }

    /** Σ_rows terms. @param sums [W] */
    void columnSums(Columns columns, CudaArray sums) {
        columnSums(columns, sums, 0, new byte[TEXTS_BYTES], RowKind.COMMON, Structures.noDropout());
    }

    /** Σ_rows dropout factor·terms. @param sums [W] */
    void droppedColumnSums(Columns columns, TextBatch of, RowKind kind, Dropout dropout, CudaArray sums) {
        columnSums(columns, sums, dropout.rate() > 0 ? 1 : 0, texts(of), kind, Structures.of(dropout));
    }

    private void columnSums(Columns columns, CudaArray sums, int masked, byte[] ofTexts, RowKind kind, byte[] dropout) {
        int rows = columns.a().size(0);
        int width = columns.a().size(1);
        int chunks = (rows + ROWS_OF_CHUNK - 1) / ROWS_OF_CHUNK;
        try (CudaArray parts = allocate(chunks, width)) {
            launch(
                    "columnSums",
                    new Grid((width + Grid.WARP - 1) / Grid.WARP, chunks, COLUMN_THREADS, Float.BYTES * COLUMN_THREADS),
                    new Arguments()
                            .array(columns.a())
                            .array(columns.b())
                            .array(chunks == 1 ? sums : parts)
                            .number(columns.term().ordinal())
                            .number(rows)
                            .number(width)
                            .number(ROWS_OF_CHUNK)
                            .number(masked)
                            .number(Structures.kind(kind))
                            .structure(ofTexts)
                            .structure(dropout));
            if (chunks > 1) {
                launch(
                        "chunkSums",
                        Grid.flat(width),
                        new Arguments().array(parts).array(sums).number(chunks).number(width));
            }
        }
    }

    @Override
    public void close() {
        constants.values().forEach(CudaArray::close);
        constants.clear();
        if (ofBatch != null) {
            ofBatch.close();
            ofBatch = null;
            batch = null;
        }
        board.settle();
        arena.close();
    }
}
