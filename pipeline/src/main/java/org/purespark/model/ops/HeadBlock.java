package org.purespark.model.ops;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.purespark.random.DropoutMask;

/**
 * One head on one text of T tokens, Q of which ask: all of them, or the first alone. Rows of a matrix [.., E] or [.., T]
 * are padded to whole vectors; rows beyond the last one are computed in fours and mean nothing. Arrays belong to one
 * thread's scratch.
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
    private final float[] p; // [Q, T] softmax(q·kᵀ/√E)
    private final float[] kept; // [Q, T] p after dropout

    HeadBlock(Scratch scratch, int queries, int tokens, int headSize) {
        this.scratch = scratch;
        this.queries = queries;
        this.tokens = tokens;
        this.headSize = headSize;
        this.width = Lanes.padded(headSize);
        this.columns = Lanes.padded(tokens);
        this.queryRows = fours(queries);
        this.tokenRows = fours(tokens);
        this.q = scratch.floats(2, queryRows * width);
        this.k = scratch.floats(3, tokenRows * width);
        this.v = scratch.floats(4, tokenRows * width);
        this.p = scratch.floats(5, queryRows * columns);
        this.kept = scratch.floats(6, queryRows * columns);
    }

    private static int fours(int rows) {
        return (rows + 3) & ~3;
    }

    /** Entries of a text's dropout mask that one head takes: its rows are padded as here. */
    static long maskEntries(int tokens) {
        return (long) tokens * Lanes.padded(tokens);
    }

    /**
     * Where a head's rows lie in an array that holds several heads' side by side.
     *
     * @param stride entries from one row to the next
     * @param column of the head's first entry
     */
    record Place(int firstRow, int stride, int column) {}

    void loadQuery(Floats from, float[] bias, Place place) {
        read(from, bias, place, q, queries);
    }

    void loadKey(Floats from, float[] bias, Place place) {
        read(from, bias, place, k, tokens);
    }

    void loadValue(Floats from, float[] bias, Place place) {
        read(from, bias, place, v, tokens);
    }

    private void read(Floats from, float[] bias, Place place, float[] to, int rows) {
        for (int t = 0; t < rows; t++) {
            int at = t * width;
            from.get((long) (place.firstRow() + t) * place.stride() + place.column(), to, at, headSize);
            Sums.add(to, at, bias, place.column(), headSize);
        }
    }

    /** p = softmax(q·kᵀ / √E) over the text's tokens. */
    void attend() {
        SmallProducts.times(
                new SmallProducts.Matrix(q, width),
                transposed(k, 7),
                new SmallProducts.Matrix(p, columns),
                queries,
                tokens,
                headSize);
        float scale = (float) (1 / Math.sqrt(headSize));
        for (int i = 0; i < queries; i++) {
            softmax(i * columns, scale);
        }
    }

    /** Turns p[from .. from + T) into its softmax, with zeros behind it. */
    private void softmax(int from, float scale) {
        for (int j = from + tokens; j < from + columns; j++) {
            p[j] = Float.NEGATIVE_INFINITY;
        }
        FloatVector largest = FloatVector.broadcast(Lanes.FLOATS, Float.NEGATIVE_INFINITY);
        for (int j = from; j < from + columns; j += Lanes.COUNT) {
            largest = largest.max(FloatVector.fromArray(Lanes.FLOATS, p, j));
        }
        float highest = largest.reduceLanes(VectorOperators.MAX);
        ErrorFunction.exp(p, from, columns, highest, scale);
        float inverse = 1 / Rows.sum(p, from, columns);
        for (int j = from; j < from + columns; j += Lanes.COUNT) {
            FloatVector.fromArray(Lanes.FLOATS, p, j).mul(inverse).intoArray(p, j);
        }
        Rows.clearPadding(p, from, tokens);
    }

    /** kept = dropout(p); entry (i, j) of head h is number (h·T + i)·T' + j of the text's mask, T' being T padded. */
    void drop(DropoutMask mask, int head) {
        System.arraycopy(p, 0, kept, 0, queries * columns);
        if (mask != null) {
            mask.apply(head * maskEntries(tokens), kept, 0, queries * columns);
        }
    }

    /** Entry t of the first row of p after dropout: the CLS attention. */
    float clsAttention(int t) {
        return kept[t];
    }

    /** kept·v times the head's gate, written to rows of {@code to}. */
    void writeContext(float gate, Floats to, Place place) {
        float[] context = scratch.floats(8, queryRows * width); // [Q, E]
        SmallProducts.times(
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
        write(context, to, place, queries);
    }

    /** Copies softmax rows out to, or back from, a packed Q × T block. */
    void saveTo(Floats blocks, long at) {
        for (int i = 0; i < queries; i++) {
            blocks.put(at + (long) i * tokens, p, i * columns, tokens);
        }
    }

    void restoreFrom(Floats blocks, long at) {
        for (int i = 0; i < queries; i++) {
            blocks.get(at + (long) i * tokens, p, i * columns, tokens);
            Rows.clearPadding(p, i * columns, tokens);
        }
    }

    /** Gradient of the context [Q, E], times the head's gate. */
    float[] readContextGradient(Floats from, Place place, float gate) {
        float[] context = scratch.floats(14, queryRows * width);
        for (int t = 0; t < queries; t++) {
            from.get((long) (place.firstRow() + t) * place.stride() + place.column(), context, t * width, headSize);
        }
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

        void writeQuery(Floats to, float[] bias, Place place) {
            writeAndSum(dq, to, bias, place, queries);
        }

        void writeKey(Floats to, float[] bias, Place place) {
            writeAndSum(dk, to, bias, place, tokens);
        }

        void writeValue(Floats to, float[] bias, Place place) {
            writeAndSum(dv, to, bias, place, tokens);
        }
    }

    /**
     * Backward through kept·v, dropout, softmax and q·kᵀ/√E.
     *
     * @param context gradient of the context [Q, E]
     * @param cls gradient of the CLS attention after dropout [T]
     */
    Gradients backward(float[] context, float[] cls, DropoutMask mask, int head) {
        float[] scores = scratch.floats(9, queryRows * columns); // becomes d(q·kᵀ) [Q, T]
        SmallProducts.Matrix ofScores = new SmallProducts.Matrix(scores, columns);
        SmallProducts.Matrix ofContext = new SmallProducts.Matrix(context, width);
        SmallProducts.times(ofContext, transposed(v, 7), ofScores, queries, tokens, headSize);
        Sums.add(scores, 0, cls, 0, tokens);
        if (mask != null) {
            mask.apply(head * maskEntries(tokens), scores, 0, queries * columns);
        }
        float scale = (float) (1 / Math.sqrt(headSize));
        for (int i = 0; i < queries; i++) {
            int from = i * columns;
            float projection = Rows.dot(scores, from, p, from, columns);
            for (int j = from; j < from + columns; j += Lanes.COUNT) {
                FloatVector.fromArray(Lanes.FLOATS, scores, j)
                        .sub(projection)
                        .mul(FloatVector.fromArray(Lanes.FLOATS, p, j))
                        .mul(scale)
                        .intoArray(scores, j);
            }
        }
        Gradients gradients = new Gradients();
        SmallProducts.times(
                ofScores,
                new SmallProducts.Matrix(k, width),
                new SmallProducts.Matrix(gradients.dq, width),
                queries,
                headSize,
                tokens);
        SmallProducts.transposedTimes(
                ofScores,
                new SmallProducts.Matrix(q, width),
                new SmallProducts.Matrix(gradients.dk, width),
                tokens,
                headSize,
                queries);
        SmallProducts.transposedTimes(
                new SmallProducts.Matrix(kept, columns),
                ofContext,
                new SmallProducts.Matrix(gradients.dv, width),
                tokens,
                headSize,
                queries);
        return gradients;
    }

    /** rows [T, E] → [E, T], with zeros in the padding. */
    private SmallProducts.Matrix transposed(float[] rows, int slot) {
        float[] to = scratch.zeros(slot, headSize * columns);
        for (int e = 0; e < headSize; e++) {
            int row = e * columns;
            for (int t = 0; t < tokens; t++) {
                to[row + t] = rows[t * width + e];
            }
        }
        return new SmallProducts.Matrix(to, columns);
    }

    private void write(float[] rows, Floats to, Place place, int count) {
        for (int t = 0; t < count; t++) {
            to.put((long) (place.firstRow() + t) * place.stride() + place.column(), rows, t * width, headSize);
        }
    }

    /** Writes zeros to a head's rows. */
    static void clear(Scratch scratch, Floats to, Place place, int rows, int headSize) {
        float[] zeros = scratch.zeros(0, headSize);
        for (int t = 0; t < rows; t++) {
            to.put((long) (place.firstRow() + t) * place.stride() + place.column(), zeros, 0, headSize);
        }
    }

    private void writeAndSum(float[] rows, Floats to, float[] bias, Place place, int count) {
        write(rows, to, place, count);
        for (int t = 0; t < count; t++) {
            Sums.add(bias, place.column(), rows, t * width, headSize);
        }
    }
}
