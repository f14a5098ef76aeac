package org.purespark.model.ops;

import java.util.Arrays;
import org.purespark.random.DropoutMask;

/**
 * One head on one text. Matrices are [P, E] or [P, P] with P the token count T rounded up to a multiple of four; rows
 * and columns from T on are zero. Arrays belong to one thread's scratch.
 */
final class HeadBlock {
    final int tokens;
    final int padded;
    final int headSize;
    final float[] q; // [P, E]
    final float[] k; // [P, E]
    final float[] v; // [P, E]
    final float[] p; // [P, P] softmax(q·kᵀ/√E)
    final float[] kept; // [P, P] p after dropout
    private final Scratch scratch;

    HeadBlock(Scratch scratch, int tokens, int headSize) {
        this.scratch = scratch;
        this.tokens = tokens;
        this.headSize = headSize;
        this.padded = SmallProducts.padded(tokens);
        this.q = scratch.zeros(2, padded * headSize);
        this.k = scratch.zeros(3, padded * headSize);
        this.v = scratch.zeros(4, padded * headSize);
        this.p = scratch.zeros(5, padded * padded);
        this.kept = scratch.zeros(6, padded * padded);
    }

    /** Where the rows of a text start in qkv [N, 3D], and which head is wanted. */
    record Place(int firstRow, int head, int headSize, int hidden) {}

    void load(Floats qkv, float[] bias, Place place) {
        read(qkv, bias, place, 0, q);
        read(qkv, bias, place, place.hidden(), k);
        read(qkv, bias, place, 2 * place.hidden(), v);
    }

    private void read(Floats qkv, float[] bias, Place place, int part, float[] to) {
        int column = part + place.head() * headSize;
        for (int t = 0; t < tokens; t++) {
            qkv.get((long) (place.firstRow() + t) * 3 * place.hidden() + column, to, t * headSize, headSize);
            for (int e = 0; e < headSize; e++) {
                to[t * headSize + e] += bias[column + e];
            }
        }
    }

    /** p = softmax(q·kᵀ / √E) over the text's tokens. */
    void attend() {
        SmallProducts.timesTransposed(q, k, p, padded, padded, headSize);
        float scale = (float) (1 / Math.sqrt(headSize));
        for (int i = 0; i < tokens; i++) {
            softmax(p, i * padded, tokens, scale);
            Arrays.fill(p, i * padded + tokens, (i + 1) * padded, 0f);
        }
        Arrays.fill(p, tokens * padded, padded * padded, 0f);
    }

    private static void softmax(float[] values, int from, int count, float scale) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int j = from; j < from + count; j++) {
            values[j] *= scale;
            largest = Math.max(largest, values[j]);
        }
        float sum = 0;
        for (int j = from; j < from + count; j++) {
            values[j] = ErrorFunction.exp(values[j] - largest);
            sum += values[j];
        }
        float inverse = 1 / sum;
        for (int j = from; j < from + count; j++) {
            values[j] *= inverse;
        }
    }

    /** kept = dropout(p); entry (i, j) of head h is number (h·T + i)·T + j of the text's mask. */
    void drop(DropoutMask mask, int head) {
        System.arraycopy(p, 0, kept, 0, padded * padded);
        if (mask != null) {
            for (int i = 0; i < tokens; i++) {
                mask.apply(((long) head * tokens + i) * tokens, kept, i * padded, tokens);
            }
        }
    }

    /** kept·v [P, E]. */
    float[] context() {
        float[] valuesTransposed = scratch.floats(7, headSize * padded);
        SmallProducts.transpose(v, valuesTransposed, padded, headSize);
        float[] context = scratch.floats(8, padded * headSize);
        SmallProducts.timesTransposed(kept, valuesTransposed, context, padded, headSize, padded);
        return context;
    }

    /** Copies softmax rows out to, or back from, a packed T × T block. */
    void saveTo(Floats blocks, long at) {
        for (int i = 0; i < tokens; i++) {
            blocks.put(at + (long) i * tokens, p, i * padded, tokens);
        }
    }

    void restoreFrom(Floats blocks, long at) {
        for (int i = 0; i < tokens; i++) {
            blocks.get(at + (long) i * tokens, p, i * padded, tokens);
        }
    }

    /** Gradients of q, k, v, each [P, E]. */
    record Gradients(float[] q, float[] k, float[] v) {}

    /**
     * Backward through kept·v, dropout, softmax and q·kᵀ/√E.
     *
     * @param context gradient of the context [P, E], rows from T on zero
     * @param cls gradient of the CLS attention after dropout [T]
     */
    Gradients backward(float[] context, float[] cls, DropoutMask mask, int head) {
        float[] scores = scratch.floats(9, padded * padded); // becomes d(q·kᵀ)
        SmallProducts.timesTransposed(context, v, scores, padded, padded, headSize);
        Rows.add(scores, cls, tokens);
        float scale = (float) (1 / Math.sqrt(headSize));
        for (int i = 0; i < tokens; i++) {
            if (mask != null) {
                mask.apply(((long) head * tokens + i) * tokens, scores, i * padded, tokens);
            }
            float projection = 0;
            for (int j = i * padded; j < i * padded + tokens; j++) {
                projection += scores[j] * p[j];
            }
            for (int j = i * padded; j < i * padded + tokens; j++) {
                scores[j] = p[j] * (scores[j] - projection) * scale;
            }
            Arrays.fill(scores, i * padded + tokens, (i + 1) * padded, 0f);
        }
        Arrays.fill(scores, tokens * padded, padded * padded, 0f);

        float[] transposed = scratch.floats(7, headSize * padded); // [E, P]
        float[] square = scratch.floats(10, padded * padded); // [P, P]
        float[] dq = scratch.floats(11, padded * headSize);
        float[] dk = scratch.floats(12, padded * headSize);
        float[] dv = scratch.floats(13, padded * headSize);
        SmallProducts.transpose(k, transposed, padded, headSize);
        SmallProducts.timesTransposed(scores, transposed, dq, padded, headSize, padded);
        SmallProducts.transpose(scores, square, padded, padded);
        SmallProducts.transpose(q, transposed, padded, headSize);
        SmallProducts.timesTransposed(square, transposed, dk, padded, headSize, padded);
        SmallProducts.transpose(kept, square, padded, padded);
        SmallProducts.transpose(context, transposed, padded, headSize);
        SmallProducts.timesTransposed(square, transposed, dv, padded, headSize, padded);
        return new Gradients(dq, dk, dv);
    }
}
