// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.util.Arrays;
import org.purespark.model.cpu.SmallProducts.Matrix;
import org.purespark.model.engine.DropoutEntries;
import org.purespark.random.DropoutMask;

/**
 * The G heads of one text of T tokens, one after the other, some of its queries at a time: Q of them. The entry of a
 * pair of tokens is in the row of the key's token and the column of the query's token, so softmax goes down the
 * columns. A head's pairs of all queries would not fit into a core's cache where texts are long. Rows of a matrix
 * [.., E], [T, Q] are padded to whole vectors and computed in fours; rows after the last one, and columns after Q,
 * have no meaning. Arrays belong to one thread's scratch and are used for every head of the text.
 */
final class HeadBlock {
    /** Texts up to this length are computed as a whole. */
    private static final int SHORT = 128;

    /** Queries at a time in longer ones. */
    private static final int QUERIES = 64;

    private final TextRows qkv; // [T, 3GE]
    private final int firstHead;
    private final int tokens;
    private final int headSize;
    private final int hidden; // GE
    private final int width;
    private final int most; // queries at a time
    private final int columns; // from one row of pairs to the next
    private final float scale;
    private final float[] p; // [T, Q] softmax(k·qᵀ/√E) of each column
    private final float[] dropped; // [T, Q]
    private final float[] turned; // [E, Q]
    private int head;
    private Matrix q; // [T, E]
    private Matrix k; // [T, E]
    private Matrix v; // [T, E]
    private float[] kept; // [T, Q] p after dropout
    private int first; // query
    private int count; // Q

    /** How many queries are computed at a time. */
    enum Part {
        /** As many as a core's cache holds the pairs of. */
        OF_A_LONG_TEXT,
        ALL
    }

    /** @param qkv q, k, v of the text's heads side by side [T, 3GE] */
    HeadBlock(Scratch scratch, TextRows qkv, HeadPiece piece) {
        this(scratch, qkv, piece, (float) (1 / Math.sqrt(qkv.stride() / 3 / piece.count())), Part.OF_A_LONG_TEXT);
    }

    /**
     * @param qkv q, k, v of the text's heads side by side [T, 3GE]
     * @param scale of the scores
     */
    HeadBlock(Scratch scratch, TextRows qkv, HeadPiece piece, float scale, Part part) {
        this.scale = scale;
        this.qkv = qkv;
        this.hidden = qkv.stride() / 3;
        this.tokens = qkv.rows();
        this.firstHead = piece.first();
        this.headSize = hidden / piece.count();
        this.width = VectorLanes.padded(headSize);
        this.most = part == Part.ALL || tokens <= SHORT ? tokens : QUERIES;
        this.columns = most == tokens ? DropoutEntries.stride(tokens) : oddVectors(most);
        this.p = pairs(scratch);
        this.dropped = pairs(scratch);
        this.turned = scratch.floats(headSize * columns);
    }

    /** An odd number of vectors: entries of a column are then in all sets of a cache. */
    private static int oddVectors(int count) {
        int padded = VectorLanes.padded(count);
        return padded / VectorLanes.COUNT % 2 == 0 ? padded + VectorLanes.COUNT : padded;
    }

    /** Memory for [T, Q]. */
    private float[] pairs(Scratch scratch) {
        return scratch.floats(SmallProducts.paddedRows(tokens) * columns);
    }

    /** Memory for [T, E]. */
    private float[] rows(Scratch scratch) {
        return scratch.floats(SmallProducts.paddedRows(tokens) * width);
    }

    /** Goes to head {@code number}, before its first queries. */
    void select(int number) {
        this.head = number;
        this.q = qkv.from(column());
        this.k = qkv.from(hidden + column());
        this.v = qkv.from(2 * hidden + column());
        this.first = 0;
        this.count = 0;
    }

    /** Goes on to the head's next queries; false if there are none. */
    boolean next() {
        this.first += count;
        this.count = Math.min(most, tokens - first);
        this.kept = p;
        return count > 0;
    }

    /** The head's first column of [.., GE]. */
    private int column() {
        return place() * headSize;
    }

    /** The head's column of [.., G]. */
    private int place() {
        return head - firstHead;
    }

    /** p = softmax(k·qᵀ / √E) over the text's tokens, query by query. */
    void attend() {
        score();
        normalize();
    }

    /** p = softmax(k·qᵀ / √E + s), s by the distance of the two tokens. */
    void attend(BucketScores ofHead) {
        score();
        ofHead.addTo(p, columns, first, count);
        normalize();
    }

    /**
     * p = k·qᵀ·scale, to which more may be added before {@link #normalize}.
     *
     * @return qᵀ·scale [E, Q], valid until the next call
     */
    Matrix score() {
        Matrix queries = transposed(rowsOfQueries(q), scale);
        SmallProducts.times(k, queries, scores(), tokens, count, headSize);
        return queries;
    }

    /** The memory of the scores, and then of the softmax [T, Q]. */
    Matrix scores() {
        return new Matrix(p, columns);
    }

    /** Of rows of all tokens those of the queries. */
    private Matrix rowsOfQueries(Matrix rows) {
        return new Matrix(rows.entries(), rows.stride(), rows.first() + first * rows.stride());
    }

    /** Scores become probabilities, query by query. */
    void normalize() {
        ColumnSoftmax.of(p, columns, VectorLanes.padded(count), tokens);
    }

    /**
     * Leaves out tokens farther than {@code reach} from the query: before {@link #normalize} with a score that none
     * other is below, after it with 0.
     */
    void leaveOut(int reach, float entry) {
        for (int j = 0; j < tokens; j++) {
            int row = j * columns - first;
            int near = Math.max(first, j - reach);
            int far = Math.min(first + count, j + reach + 1);
            Arrays.fill(p, row + first, row + Math.min(near, first + count), entry);
            Arrays.fill(p, row + Math.max(far, first), row + first + count, entry);
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

    /** kept = dropout(p). */
    void drop(DropoutMask mask) {
        if (mask != null) {
            kept = dropped;
            System.arraycopy(p, 0, kept, 0, tokens * columns);
            drop(mask, kept);
        }
    }

    /** A text's rows of pairs take as many of the mask's numbers as {@link DropoutEntries#stride} says. */
    private void drop(DropoutMask mask, float[] pairs) {
        if (columns == DropoutEntries.stride(tokens)) {
            mask.apply(DropoutEntries.ofAttention(tokens, head, 0, 0), pairs, 0, tokens * columns);
            return;
        }
        for (int j = 0; j < tokens; j++) {
            mask.apply(DropoutEntries.ofAttention(tokens, head, j, first), pairs, j * columns, count);
        }
    }

    /** Writes the first query's attention to each token, after dropout, to the head's column of [T, G]. */
    void writeClsAttention(TextRows to) {
        for (int t = 0; t < tokens && first == 0; t++) {
            to.entries()[t * to.stride() + place()] = kept[t * columns];
        }
    }

    /**
     * keptᵀ·v, written to the head's columns of the queries' rows of [T, GE].
     *
     * @param context memory of {@link #contextRoom}
     */
    void writeContext(float[] context, TextRows to) {
        SmallProducts.transposedTimes(
                new Matrix(kept, columns), v, new Matrix(context, width), count, headSize, tokens);
        write(context, to, first, count, column());
    }

    /** Memory for the context of one head after the other [T, E]. */
    float[] contextRoom(Scratch scratch) {
        return rows(scratch);
    }

    /** Memory for gradients of one head after the other. */
    final class Gradients {
        private final float[] scores; // of k·qᵀ [T, Q]
        private final float[] dq; // [T, E]
        private final float[] dk; // [T, E]
        private final float[] dv; // [T, E]
        private final float[] more; // [T, E]

        Gradients(Scratch scratch) {
            this.scores = pairs(scratch);
            this.dq = rows(scratch);
            this.dk = rows(scratch);
            this.dv = rows(scratch);
            this.more = rows(scratch);
        }

        /** The gradient of the scores, after {@link #throughSoftmax}, is added by distance. */
        void addTo(BucketScores sums) {
            sums.add(scores, columns, first, count);
        }

        /** Writes the head's gradients of q, k and v in their columns of [T, 3GE]. */
        void write(TextRows to) {
            HeadBlock.this.write(dq, to, 0, tokens, column());
            HeadBlock.this.write(dk, to, 0, tokens, hidden + column());
            HeadBlock.this.write(dv, to, 0, tokens, 2 * hidden + column());
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
         * Backward through keptᵀ·v, dropout, softmax and k·qᵀ/√E. More may be added to the gradients of q and k after
         * it.
         *
         * @param ofContext gradient of the context [T, GE]
         * @param ofCls gradient of the CLS attention after dropout [T, G]
         * @return gradients of the scores, times their scale [T, Q]
         */
        Matrix throughSoftmax(TextRows ofContext, TextRows ofCls, DropoutMask mask) {
            Matrix context = rowsOfQueries(ofContext.from(column()));
            Matrix ofScores = new Matrix(scores, columns);
            SmallProducts.times(v, transposed(context, 1f), ofScores, tokens, count, headSize);
            for (int t = 0; t < tokens && first == 0; t++) {
                scores[t * columns] += ofCls.entries()[t * ofCls.stride() + place()];
            }
            if (mask != null) {
                drop(mask, scores);
            }
            ColumnSoftmax.backward(scores, p, columns, VectorLanes.padded(count), tokens, scale);
            Matrix ofQueries = new Matrix(dq, width, first * width);
            SmallProducts.transposedTimes(ofScores, k, ofQueries, count, headSize, tokens);
            sum(ofScores, rowsOfQueries(q), dk);
            sum(new Matrix(kept, columns), context, dv);
            return ofScores;
        }

        /** sum = pairs·rows, added to what earlier queries gave: [T, Q]·[Q, E]. */
        private void sum(Matrix pairs, Matrix rows, float[] sum) {
            float[] to = first == 0 ? sum : more;
            SmallProducts.times(pairs, rows, new Matrix(to, width), tokens, headSize, count);
            if (first != 0) {
                Sums.add(sum, 0, more, 0, tokens * width);
            }
        }
    }

    /** rows [Q, E] times a factor → [E, Q], with zeros in the padding; E is a multiple of four. */
    private Matrix transposed(Matrix rows, float factor) {
        float[] from = rows.entries();
        float[] to = turned;
        for (int e = 0; e < headSize; e += 4) {
            int row = e * columns;
            int at = rows.first() + e;
            for (int i = row; i < row + count; i++) {
                to[i] = from[at] * factor;
                to[i + columns] = from[at + 1] * factor;
                to[i + 2 * columns] = from[at + 2] * factor;
                to[i + 3 * columns] = from[at + 3] * factor;
                at += rows.stride();
            }
        }
        for (int e = 0; e < headSize; e++) {
            Arrays.fill(to, e * columns + count, (e + 1) * columns, 0f);
        }
        return new Matrix(to, columns);
    }

    /** Writes {@code count} rows [.., E] to columns of the rows from {@code row} on. */
    private void write(float[] rows, TextRows to, int row, int count, int column) {
        for (int t = 0; t < count; t++) {
            System.arraycopy(rows, t * width, to.entries(), (row + t) * to.stride() + column, headSize);
        }
    }
}
