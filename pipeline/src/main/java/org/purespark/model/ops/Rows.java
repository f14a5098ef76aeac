package org.purespark.model.ops;

/** Row sums and column sums that do not depend on the number of threads. */
final class Rows {
    /** Rows in one piece of work: fixed, so that the order of summing is. */
    static final int PER_PIECE = 32;

    private Rows() {}

    static int pieces(int rows) {
        return (rows + PER_PIECE - 1) / PER_PIECE;
    }

    static int first(int piece) {
        return piece * PER_PIECE;
    }

    static int end(int piece, int rows) {
        return Math.min(rows, (piece + 1) * PER_PIECE);
    }

    static void add(float[] sums, float[] row, int count) {
        for (int i = 0; i < count; i++) {
            sums[i] += row[i];
        }
    }

    /** The sum of the pieces' partial sums, in the order of the pieces. */
    static float[] total(float[][] partials, int count) {
        float[] total = new float[count];
        for (float[] partial : partials) {
            add(total, partial, count);
        }
        return total;
    }

    /** Σ x[i], four running sums. */
    static float sum(float[] x, int count) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            a += x[i];
            b += x[i + 1];
            c += x[i + 2];
            d += x[i + 3];
        }
        for (; i < count; i++) {
            a += x[i];
        }
        return (a + b) + (c + d);
    }

    /** Σ x[i]·y[i], four running sums. */
    static float dot(float[] x, float[] y, int count) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            a += x[i] * y[i];
            b += x[i + 1] * y[i + 1];
            c += x[i + 2] * y[i + 2];
            d += x[i + 3] * y[i + 3];
        }
        for (; i < count; i++) {
            a += x[i] * y[i];
        }
        return (a + b) + (c + d);
    }
}
