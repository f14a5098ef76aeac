package org.purespark.model.ops;

import jdk.incubator.vector.FloatVector;
import org.purespark.random.DropoutMask;

/**
 * One head on one text of T tokens, Q of which ask: all of them, or the first alone. What belongs to a pair of tokens
 * stands in the row of the token that is looked at and the column of the one that asks, [T, Q]: softmax then goes down the
 * columns, a vector of queries at a time, and no sum runs across a vector. Rows of a matrix [.., E] or [.., Q] are padded
 * to whole vectors; rows beyond the last one are computed in fours and mean nothing, and so do columns beyond Q. Arrays
 * belong to one thread's scratch.
 */
final class HeadBlock {
    private final Scratch scratch;
    private final int queries;
    private final int tokens;
    private final int headSize;
    private final int width;
    private final int columns;
    private final int queryRows;
    private final int tokenRows;
    private final float[] q; // [Q, E]
    private final float[] k; // [T, E]
    private final float[] v; // [T, E]
    private final float[] p; // [T, Q] softmax(k·qᵀ/√E) of each column
    private float[] kept; // [T, Q] p after dropout

    HeadBlock(Scratch scratch, int queries, int tokens, int headSize) {
        this.scratch = scratch;
        this.queries = queries;
        this.tokens = tokens;
        this.headSize = headSize;
        this.width = Lanes.padded(headSize);
        this.columns = Lanes.padded(queries);
        this.queryRows = fours(queries);
        this.tokenRows = fours(tokens);
        this.q = scratch.floats(2, queryRows * width);
        this.k = scratch.floats(3, tokenRows * width);
        this.v = scratch.floats(4, tokenRows * width);
        this.p = scratch.floats(5, tokenRows * columns);
        this.kept = p;
    }

    private static int fours(int rows) {
        return (rows + 3) & ~3;
    }

    /** Entries of a text's dropout mask that one head takes: its rows are padded as here. */
    static long maskEntries(int tokens) {
        return (long) tokens * Lanes.padded(tokens);
    }

    /** @param rows [Q, ..] of which {@code column} is the head's first */
    void loadQuery(TextRows rows, int column) {
        read(rows, column, q, queries);
    }

    void loadKey(TextRows rows, int column) {
        read(rows, column, k, tokens);
    }

    void loadValue(TextRows rows, int column) {
        read(rows, column, v, tokens);
    }

    private void read(TextRows rows, int column, float[] to, int count) {
        for (int t = 0; t < count; t++) {
            System.arraycopy(rows.entries(), t * rows.stride() + column, to, t * width, headSize);
        }
    }

    /** p = softmax(k·qᵀ / √E) over the text's tokens, query by query. */
    void attend() {
        SmallProducts.times(
                new SmallProducts.Matrix(k, width),
                transposed(q, (float) (1 / Math.sqrt(headSize))),
                new SmallProducts.Matrix(p, columns),
                tokens,
                queries,
                headSize);
        for (int column = 0; column < columns; column += Lanes.COUNT) {
            subtractLargest(p, column, columns, tokens * columns);
        }
        ErrorFunction.exp(p, 0, tokens * columns, 0f, 1f);
        for (int column = 0; column < columns; column += Lanes.COUNT) {
            divideBySum(p, column, columns, tokens * columns);
        }
    }

    /** A vector of columns, from entry {@code first} down to {@code end}: less the largest entry of each. */
    private static void subtractLargest(float[] rows, int first, int stride, int end) {
        FloatVector largest = FloatVector.fromArray(Lanes.FLOATS, rows, first);
        for (int at = first + stride; at < end; at += stride) {
            largest = largest.max(FloatVector.fromArray(Lanes.FLOATS, rows, at));
        }
        for (int at = first; at < end; at += stride) {
            FloatVector.fromArray(Lanes.FLOATS, rows, at).sub(largest).intoArray(rows, at);
        }
    }

    /** A vector of columns, from entry {@code first} down to {@code end}: divided by the sum of each. */
    private static void divideBySum(float[] rows, int first, int stride, int end) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int at = first; at < end; at += stride) {
            sum = sum.add(FloatVector.fromArray(Lanes.FLOATS, rows, at));
        }
        FloatVector inverse = FloatVector.broadcast(Lanes.FLOATS, 1f).div(sum);
        for (int at = first; at < end; at += stride) {
            FloatVector.fromArray(Lanes.FLOATS, rows, at).mul(inverse).intoArray(rows, at);
        }
    }

    /** kept = dropout(p); entry (j, i) of head h is number h·T·T' + j·Q' + i of the text's mask, X' being X padded. */
    void drop(DropoutMask mask, int head) {
        if (mask != null) {
            kept = scratch.floats(6, tokenRows * columns);
            System.arraycopy(p, 0, kept, 0, tokens * columns);
            mask.apply(head * maskEntries(tokens), kept, 0, tokens * columns);
        }
    }

    /** What the first query gives to token t, after dropout: the CLS attention. */
    float clsAttention(int t) {
        return kept[t * columns];
    }

    /** keptᵀ·v times the head's gate, written to rows [Q, D]. */
    void writeContext(float gate, TextRows to, int column) {
        float[] context = scratch.floats(8, queryRows * width); // [Q, E]
        SmallProducts.transposedTimes(
                new SmallProducts.Matrix(kept, columns),
                new SmallProducts.Matrix(v, width),
                new SmallProducts.Matrix(context, width),
                queries,
                headSize,
                tokens);
        if (gate != 1f) {
            for (int i = 0; i < queries * width; i++) {
                context[i] *= gate;
            }
        }
        write(context, to, column, queries);
    }

    /** Copies p's entries out to, or back from, a packed T × Q block. */
    void saveTo(Floats blocks, long at) {
        for (int j = 0; j < tokens; j++) {
            blocks.put(at + (long) j * queries, p, j * columns, queries);
        }
    }

    void restoreFrom(Floats blocks, long at) {
        for (int j = 0; j < tokens; j++) {
            blocks.get(at + (long) j * queries, p, j * columns, queries);
        }
    }

    /** Gradient of the context [Q, E], times the head's gate. */
    float[] readContextGradient(TextRows from, int column, float gate) {
        float[] context = scratch.floats(14, queryRows * width);
        read(from, column, context, queries);
        if (gate != 1f) {
            for (int i = 0; i < queries * width; i++) {
                context[i] *= gate;
            }
        }
        return context;
    }

    /** Gradients of q [Q, E], k [T, E], v [T, E]. */
    final class Gradients {
        private final float[] dq = scratch.floats(11, queryRows * width);
        private final float[] dk = scratch.floats(12, tokenRows * width);
        private final float[] dv = scratch.floats(13, tokenRows * width);

        void writeQuery(TextRows to, int column) {
            write(dq, to, column, queries);
        }

        void writeKey(TextRows to, int column) {
            write(dk, to, column, tokens);
        }

        void writeValue(TextRows to, int column) {
            write(dv, to, column, tokens);
        }
    }

    /**
     * Backward through keptᵀ·v, dropout, softmax and k·qᵀ/√E.
     *
     * @param context gradient of the context [Q, E]
     * @param cls gradient of the CLS attention after dropout [T]
     */
    Gradients backward(float[] context, float[] cls, DropoutMask mask, int head) {
        float[] scores = scratch.floats(9, tokenRows * columns); // becomes d(k·qᵀ) [T, Q]
        SmallProducts.Matrix ofScores = new SmallProducts.Matrix(scores, columns);
        SmallProducts.Matrix ofContext = new SmallProducts.Matrix(context, width);
        SmallProducts.times(
                new SmallProducts.Matrix(v, width), transposed(context, 1f), ofScores, tokens, queries, headSize);
        for (int t = 0; t < tokens; t++) {
            scores[t * columns] += cls[t];
        }
        if (mask != null) {
            mask.apply(head * maskEntries(tokens), scores, 0, tokens * columns);
        }
        float scale = (float) (1 / Math.sqrt(headSize));
        for (int column = 0; column < columns; column += Lanes.COUNT) {
            throughSoftmax(scores, p, column, columns, tokens * columns, scale);
        }
        Gradients gradients = new Gradients();
        SmallProducts.transposedTimes(
                ofScores,
                new SmallProducts.Matrix(k, width),
                new SmallProducts.Matrix(gradients.dq, width),
                queries,
                headSize,
                tokens);
        SmallProducts.times(
                ofScores,
                new SmallProducts.Matrix(q, width),
                new SmallProducts.Matrix(gradients.dk, width),
                tokens,
                headSize,
                queries);
        SmallProducts.times(
                new SmallProducts.Matrix(kept, columns),
                ofContext,
                new SmallProducts.Matrix(gradients.dv, width),
                tokens,
                headSize,
                queries);
        return gradients;
    }

    /** A vector of columns of dp becomes d(scores) = p·(dp - Σ p·dp)·scale. */
    private static void throughSoftmax(float[] gradient, float[] p, int first, int stride, int end, float scale) {
        FloatVector projection = FloatVector.zero(Lanes.FLOATS);
        for (int at = first; at < end; at += stride) {
            projection = FloatVector.fromArray(Lanes.FLOATS, gradient, at)
                    .fma(FloatVector.fromArray(Lanes.FLOATS, p, at), projection);
        }
        for (int at = first; at < end; at += stride) {
            FloatVector.fromArray(Lanes.FLOATS, gradient, at)
                    .sub(projection)
                    .mul(FloatVector.fromArray(Lanes.FLOATS, p, at))
                    .mul(scale)
                    .intoArray(gradient, at);
        }
    }

    /** rows [Q, E] times a factor → [E, Q], with zeros in the padding. */
    private SmallProducts.Matrix transposed(float[] rows, float factor) {
        float[] to = scratch.floats(7, headSize * columns);
        for (int i = 0; i < queries; i++) {
            int from = i * width;
            for (int e = 0; e < headSize; e++) {
                to[e * columns + i] = rows[from + e] * factor;
            }
        }
        for (int e = 0; e < headSize; e++) {
            for (int i = e * columns + queries; i < (e + 1) * columns; i++) {
                to[i] = 0f;
            }
        }
        return new SmallProducts.Matrix(to, columns);
    }

    private void write(float[] rows, TextRows to, int column, int count) {
        for (int t = 0; t < count; t++) {
            System.arraycopy(rows, t * width, to.entries(), t * to.stride() + column, headSize);
        }
    }
}
