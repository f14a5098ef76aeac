// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.util.ArrayList;
import java.util.List;
import org.purespark.model.engine.TextBatch;

/**
 * A piece of attention's work: G heads of one text of T tokens. Of a short text it is all heads; the heads of a long
 * one are shared among several pieces, so that a few long texts keep many threads busy. Pieces are cut by the data
 * alone.
 *
 * @param text its number
 * @param first number of the first head
 * @param count G
 * @param heads A, of the layer
 */
record HeadPiece(int text, int first, int count, int heads) {
    /** A text has a piece for so many tokens, or a part of them. */
    private static final int TOKENS = 128;

    /** The pieces of a batch, text by text. */
    static List<HeadPiece> of(TextBatch batch, int heads) {
        List<HeadPiece> pieces = new ArrayList<>();
        for (int text = 0; text < batch.texts(); text++) {
            pieces.addAll(of(batch, text, heads));
        }
        return pieces;
    }

    /** The pieces of a text. */
    static List<HeadPiece> of(TextBatch batch, int text, int heads) {
        Slices slices = new Slices(heads, slice(heads, batch.length(text)));
        List<HeadPiece> pieces = new ArrayList<>();
        for (int piece = 0; piece < slices.pieces(); piece++) {
            int first = slices.first(piece);
            pieces.add(new HeadPiece(text, first, slices.first(piece + 1) - first, heads));
        }
        return pieces;
    }

    /** Most heads of a piece of a text of so many tokens. */
    static int slice(int heads, int tokens) {
        int pieces = Math.min(heads, (tokens + TOKENS - 1) / TOKENS);
        return (heads + pieces - 1) / pieces;
    }

    /** After the last head. */
    int end() {
        return first + count;
    }

    /** Of rows with q, k and v side by side [N, 3D] those of the text, and of them the heads' columns [T, 3GE]. */
    TextRows qkv(HostArray rows, TextBatch batch, Scratch scratch) {
        return read(rows, 3, batch, scratch);
    }

    /** Of rows with something for each head side by side those of the text, and of them the columns of the heads. */
    TextRows read(HostArray rows, TextBatch batch, Scratch scratch) {
        return read(rows, 1, batch, scratch);
    }

    private TextRows read(HostArray array, int parts, TextBatch batch, Scratch scratch) {
        int all = array.size(1) / parts;
        int own = all / heads * count;
        TextRows rows = TextRows.in(scratch, batch.length(text), parts * own);
        if (count == heads) {
            return rows.read(array, batch.start(text));
        }
        for (int part = 0; part < parts; part++) {
            rows.read(array, batch.start(text), part * all + all / heads * first, part * own, own);
        }
        return rows;
    }

    /** Writes what {@link #qkv} reads. */
    void writeQkv(TextRows rows, HostArray to, TextBatch batch) {
        write(rows, 3, to, batch);
    }

    /** Writes what {@link #read} reads. */
    void write(TextRows rows, HostArray to, TextBatch batch) {
        write(rows, 1, to, batch);
    }

    private void write(TextRows rows, int parts, HostArray to, TextBatch batch) {
        if (count == heads) {
            rows.write(to, batch.start(text));
            return;
        }
        int all = to.size(1) / parts;
        int own = rows.stride() / parts;
        for (int part = 0; part < parts; part++) {
            rows.write(to, batch.start(text), part * own, part * all + all / heads * first, own);
        }
    }

    /** Makes the head's columns of q, k and v zero in [T, 3GE]. */
    void clearQkv(TextRows rows, int head) {
        int headSize = rows.stride() / 3 / count;
        for (int part = 0; part < 3; part++) {
            rows.clear((part * count + head - first) * headSize, headSize);
        }
    }

    /** Of a bias for q, k and v [3D] the entries of the heads [3GE]. */
    float[] ofQkv(float[] bias) {
        if (count == heads) {
            return bias;
        }
        int all = bias.length / 3;
        int own = all / heads * count;
        float[] some = new float[3 * own];
        for (int part = 0; part < 3; part++) {
            System.arraycopy(bias, part * all + all / heads * first, some, part * own, own);
        }
        return some;
    }

    /** Adds the sum of rows [T, 3GE] to the heads' entries of a gradient for q, k and v [3D]. */
    void addSum(TextRows rows, float[] bias) {
        int all = bias.length / 3;
        int own = rows.stride() / 3;
        for (int part = 0; part < 3; part++) {
            rows.addTo(bias, part * own, part * all + all / heads * first, own);
        }
    }
}
