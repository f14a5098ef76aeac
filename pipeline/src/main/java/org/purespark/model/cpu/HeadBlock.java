// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.util.Arrays;
import org.purespark.model.cpu.SmallProducts.Matrix;
import org.purespark.model.engine.DropoutEntries;
import org.purespark.random.DropoutMask;

/**
 * The heads of one text of T tokens, one after the other. The entry of a pair of tokens is in the row of the key's
 * token and the column of the query's token, so softmax goes down the columns. Rows of a matrix [.., E] or [T, T] are
 * padded to whole vectors and computed in fours; rows after the last one, and columns after T, have no meaning. Arrays
 * belong to one thread's scratch and are used for every head of the text.
 */
final class HeadBlock {
    private final TextRows qkv; // [T, 3D]
    private final int tokens;
    private final int headSize;
    private final int hidden;
    private final int width;
    private final int columns;
    private final float scale;
    private final float[] p; // [T, T] softmax(k·qᵀ/√E) of each column
    private final float[] dropped; // [T, T]
    private final float[] turned; // [E, T]
    private int head;
    private Matrix q; // [T, E]
    private Matrix k; // [T, E]
    private Matrix v; // [T, E]
    private float[] kept; // [T, T] p after dropout

    /** @param qkv the text's q, k, v side by side [T, 3D] */
    HeadBlock(Scratch scratch, TextRows qkv, int headSize) {
        this(scratch, qkv, headSize, (float) (1 / Math.sqrt(headSize)));
    }

    /**
     * @param qkv the text's q, k, v side by side [T, 3D]
     * @param scale of the scores
     */
    HeadBlock(Scratch scratch, TextRows qkv, int headSize, float scale) {
        this.scale = scale;
        this.qkv = qkv;
        this.hidden = qkv.stride() / 3;
        this.tokens = qkv.rows();
        this.headSize = headSize;
        this.width = VectorLanes.padded(headSize);
        this.columns = DropoutEntries.stride(tokens); // whole vectors
        this.p = pairs(scratch);
        this.dropped = pairs(scratch);
        this.turned = scratch.floats(headSize * columns);
    }

    /** Memory for [T, T]. */
    private float[] pairs(Scratch scratch) {
        return scratch.floats(SmallProducts.paddedRows(tokens) * columns);
    }

    /** Memory for [T, E]. */
    private float[] rows(Scratch scratch) {
        return scratch.floats(SmallProducts.paddedRows(tokens) * width);
    }

    /** A. */
    int heads() {
        return hidden / headSize;
    }

    /** Goes to head {@code number}. */
    void select(int number) {
        this.head = number;
        this.q = qkv.from(column());
        this.k = qkv.from(hidden + column());
        this.v = qkv.from(2 * hidden + column());
        this.kept = p;
    }

    /** The head's first column of D. */
    private int column() {
        return head * headSize;
    }

    /** p = softmax(k·qᵀ / √E) over the text's tokens, query by query. */
    void attend() {
        score();
        normalize();
    }

    /** p = softmax(k·qᵀ / √E + s), s by the distance of the two tokens. */
    void attend(BucketScores ofHead) {
        score();
        ofHead.addTo(p, columns);
        normalize();
    }

    /**
     * p = k·qᵀ·scale, to which more may be added before {@link #normalize}.
     *
     * @return qᵀ·scale [E, T], valid until the next call
     */
    Matrix score() {
        Matrix queries = transposed(q, scale);
        SmallProducts.times(k, queries, scores(), tokens, tokens, headSize);
        return queries;
    }

    /** The memory of the scores, and then of the softmax [T, T]. */
    Matrix scores() {
        return new Matrix(p, columns);
    }

    /** Scores become probabilities, query by query. */
    void normalize() {
        ColumnSoftmax.of(p, columns, tokens);
    }

    /**
     * Leaves out tokens farther than {@code reach} from the query: before {@link #normalize} with a score that none
     * other is below, after it with 0.
     */
    void leaveOut(int reach, float entry) {
        for (int j = 0; j < tokens; j++) {
            int row = j * columns;
            if (j - reach > 0) {
                Arrays.fill(p, row, row + j - reach, entry);
            }
            if (j + reach + 1 < tokens) {
                Arrays.fill(p, row + j + reach + 1, row + tokens, entry);
            }
        }
    }

    /** The head's queries [T, E]. */
    Matrix queries() {
        return q;
    }

    /** The head's keys [T, E]. */
    Matrix keys() {
        return k;
    }

    /** kept = dropout(p); a row of p takes as many of the mask's numbers as it has columns. */
    void drop(DropoutMask mask) {
        if (mask != null) {
            kept = dropped;
            System.arraycopy(p, 0, kept, 0, tokens * columns);
            mask.apply(DropoutEntries.ofAttention(tokens, head, 0, 0), kept, 0, tokens * columns);
        }
    }

    /** Writes the first query's attention to each token, after dropout, to the head's column of [T, A]. */
    void writeClsAttention(TextRows to) {
        for (int t = 0; t < tokens; t++) {
            to.entries()[t * to.stride() + head] = kept[t * columns];
        }
    }

    /**
     * keptᵀ·v, written to the head's columns of [T, D].
     *
     * @param context memory of {@link #contextRoom}
     */
    void writeContext(float[] context, TextRows to) {
        SmallProducts.transposedTimes(
                new Matrix(kept, columns), v, new Matrix(context, width), tokens, headSize, tokens);
        write(context, to, column());
    }

    /** Memory for the context of one head after the other [T, E]. */
    float[] contextRoom(Scratch scratch) {
        return rows(scratch);
    }

    /** Memory for gradients of one head after the other. */
    final class Gradients {
        private final float[] scores; // of k·qᵀ [T, T]
        private final float[] dq; // [T, E]
        private final float[] dk; // [T, E]
        private final float[] dv; // [T, E]

        Gradients(Scratch scratch) {
            this.scores = pairs(scratch);
            this.dq = rows(scratch);
            this.dk = rows(scratch);
            this.dv = rows(scratch);
        }

        /** The gradient of the scores, after {@link #backward}, summed by distance. */
        void sumInto(BucketScores sums) {
            sums.sum(scores, columns, (float) Math.sqrt(headSize));
        }

        /**
         * Backward through keptᵀ·v, dropout, softmax and k·qᵀ/√E.
         *
         * @param ofContext gradient of the context [T, D]
         * @param ofCls gradient of the CLS attention after dropout [T, A]
         * @param to takes the gradients of q, k and v in their columns of [T, 3D]
         */
        void backward(TextRows ofContext, TextRows ofCls, DropoutMask mask, TextRows to) {
            throughSoftmax(ofContext, ofCls, mask, to);
            writeQueriesAndKeys(to);
        }

        /** Writes the gradients of q and k in their columns of [T, 3D]. */
        void writeQueriesAndKeys(TextRows to) {
            write(dq, to, column());
            write(dk, to, hidden + column());
        }

        /** Gradient of the queries [T, E]. */
        Matrix ofQueries() {
            return new Matrix(dq, width);
        }

        /** Gradient of the keys [T, E]. */
        Matrix ofKeys() {
            return new Matrix(dk, width);
        }

        /**
         * {@link #backward}, but for {@link #writeQueriesAndKeys}: more may be added to these gradients before.
         *
         * @return gradients of the scores, times their scale [T, T]
         */
        Matrix throughSoftmax(TextRows ofContext, TextRows ofCls, DropoutMask mask, TextRows to) {
            Matrix context = ofContext.from(column());
            Matrix ofScores = new Matrix(scores, columns);
            SmallProducts.times(v, transposed(context, 1f), ofScores, tokens, tokens, headSize);
            for (int t = 0; t < tokens; t++) {
                scores[t * columns] += ofCls.entries()[t * ofCls.stride() + head];
            }
            if (mask != null) {
                mask.apply(DropoutEntries.ofAttention(tokens, head, 0, 0), scores, 0, tokens * columns);
            }
            ColumnSoftmax.backward(scores, p, columns, tokens, scale);
            SmallProducts.transposedTimes(ofScores, k, new Matrix(dq, width), tokens, headSize, tokens);
            SmallProducts.times(ofScores, q, new Matrix(dk, width), tokens, headSize, tokens);
            SmallProducts.times(new Matrix(kept, columns), context, new Matrix(dv, width), tokens, headSize, tokens);
            write(dv, to, 2 * hidden + column());
            return ofScores;
        }
    }

    /** rows [T, E] times a factor → [E, T], with zeros in the padding; E is a multiple of four. */
    private Matrix transposed(Matrix rows, float factor) {
        float[] from = rows.entries();
        float[] to = turned;
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
