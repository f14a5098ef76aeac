package org.purespark.model.ops;

import java.util.Arrays;
import org.purespark.model.ops.SmallProducts.Matrix;
import org.purespark.random.DropoutMask;

/**
 * One head on one text of T tokens. What belongs to a pair of tokens stands in the row of the token that is looked at and
 * the column of the one that asks: softmax then goes down the columns. Rows of a matrix [.., E] or [T, T] are padded to
 * whole vectors; rows beyond the last one are computed in fours and mean nothing, and so do columns beyond T. Arrays
 * belong to one thread's scratch.
 */
final class HeadBlock {
    private final Scratch scratch;
    private final int tokens;
    private final int headSize;
    private final int width;
    private final int columns;
    private final int paddedRows;
    private final Matrix q; // [T, E]
    private final Matrix k; // [T, E]
    private final Matrix v; // [T, E]
    private final float[] p; // [T, T] softmax(k·qᵀ/√E) of each column
    private float[] kept; // [T, T] p after dropout

    /**
     * @param qkv the text's q, k, v side by side [T, 3D]
     * @param column the head's first in each
     */
    HeadBlock(Scratch scratch, TextRows qkv, int column, int headSize) {
        int hidden = qkv.stride() / 3;
        this.scratch = scratch;
        this.tokens = qkv.rows();
        this.headSize = headSize;
        this.width = Lanes.padded(headSize);
        this.columns = Lanes.padded(tokens);
        this.paddedRows = SmallProducts.paddedRows(tokens);
        this.q = qkv.from(column);
        this.k = qkv.from(hidden + column);
        this.v = qkv.from(2 * hidden + column);
        this.p = scratch.floats(5, paddedRows * columns);
        this.kept = p;
    }

    /** Entries of a text's dropout mask that one head takes: its rows are padded as here. */
    static long maskEntries(int tokens) {
        return (long) tokens * Lanes.padded(tokens);
    }

    /** p = softmax(k·qᵀ / √E) over the text's tokens, query by query. */
    void attend() {
        SmallProducts.times(
                k, transposed(q, (float) (1 / Math.sqrt(headSize))), new Matrix(p, columns), tokens, tokens, headSize);
        ColumnSoftmax.of(p, columns, tokens);
    }

    /** kept = dropout(p); entry (j, i) of head h is number h·T·T' + j·T' + i of the text's mask, T' being T padded. */
    void drop(DropoutMask mask, int head) {
        if (mask != null) {
            kept = scratch.floats(6, paddedRows * columns);
            System.arraycopy(p, 0, kept, 0, tokens * columns);
            mask.apply(head * maskEntries(tokens), kept, 0, tokens * columns);
        }
    }

    /** What the first query gives to token t, after dropout: the CLS attention. */
    float clsAttention(int t) {
        return kept[t * columns];
    }

    /** keptᵀ·v, written to rows [T, D]. */
    void writeContext(TextRows to, int column) {
        float[] context = scratch.floats(8, paddedRows * width); // [T, E]
        SmallProducts.transposedTimes(
                new Matrix(kept, columns), v, new Matrix(context, width), tokens, headSize, tokens);
        write(context, to, column);
    }

    /** Copies p's entries out to, or back from, a packed T × T block. */
    void saveTo(Floats blocks, long at) {
        for (int j = 0; j < tokens; j++) {
            blocks.put(at + (long) j * tokens, p, j * columns, tokens);
        }
    }

    void restoreFrom(Floats blocks, long at) {
        for (int j = 0; j < tokens; j++) {
            blocks.get(at + (long) j * tokens, p, j * columns, tokens);
        }
    }

    /** Gradients of q [T, E], k [T, E], v [T, E]. */
    final class Gradients {
        private final float[] dq = scratch.floats(11, paddedRows * width);
        private final float[] dk = scratch.floats(12, paddedRows * width);
        private final float[] dv = scratch.floats(13, paddedRows * width);

        void writeQuery(TextRows to, int column) {
            write(dq, to, column);
        }

        void writeKey(TextRows to, int column) {
            write(dk, to, column);
        }

        void writeValue(TextRows to, int column) {
            write(dv, to, column);
        }
    }

    /**
     * Backward through keptᵀ·v, dropout, softmax and k·qᵀ/√E.
     *
     * @param context gradient of the context [T, E]
     * @param cls gradient of the CLS attention after dropout [T]
     */
    Gradients backward(Matrix context, float[] cls, DropoutMask mask, int head) {
        float[] scores = scratch.floats(9, paddedRows * columns); // becomes d(k·qᵀ) [T, T]
        Matrix ofScores = new Matrix(scores, columns);
        SmallProducts.times(v, transposed(context, 1f), ofScores, tokens, tokens, headSize);
        for (int t = 0; t < tokens; t++) {
            scores[t * columns] += cls[t];
        }
        if (mask != null) {
            mask.apply(head * maskEntries(tokens), scores, 0, tokens * columns);
        }
        ColumnSoftmax.backward(scores, p, columns, tokens, (float) (1 / Math.sqrt(headSize)));
        Gradients gradients = new Gradients();
        SmallProducts.transposedTimes(ofScores, k, new Matrix(gradients.dq, width), tokens, headSize, tokens);
        SmallProducts.times(ofScores, q, new Matrix(gradients.dk, width), tokens, headSize, tokens);
        SmallProducts.times(
                new Matrix(kept, columns), context, new Matrix(gradients.dv, width), tokens, headSize, tokens);
        return gradients;
    }

    /** rows [T, E] times a factor → [E, T], with zeros in the padding; E is a multiple of four. */
    private Matrix transposed(Matrix rows, float factor) {
        float[] from = rows.entries();
        float[] to = scratch.floats(7, headSize * columns);
        for (int e = 0; e < headSize; e += 4) {
            int row = e * columns;
            int at = rows.first() + e;
            for (int i = row; i < row + tokens; i++) {
                to[i] = from[at] * factor;
                to[i + columns] = from[at + 1] * factor;
                to[i + 2 * columns] = from[at + 2] * factor;
                to[i + 3 * columns] = from[at + 3] * factor;
                at += rows.stride();
            }
        }
        for (int e = 0; e < headSize; e++) {
            Arrays.fill(to, e * columns + tokens, (e + 1) * columns, 0f);
        }
        return new Matrix(to, columns);
    }

    private void write(float[] rows, TextRows to, int column) {
        for (int t = 0; t < tokens; t++) {
            System.arraycopy(rows, t * width, to.entries(), t * to.stride() + column, headSize);
        }
    }
}
