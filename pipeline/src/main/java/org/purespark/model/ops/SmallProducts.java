package org.purespark.model.ops;

import jdk.incubator.vector.FloatVector;

/**
 * Products of the small matrices inside one head, a row of results in vectors. Rows of b and c start at multiples of
 * their strides, which are multiples of 16; columns from n up to the next whole vector are computed too, and mean nothing.
 */
final class SmallProducts {
    private static final int ROWS = 4;

    private SmallProducts() {}

    /**
     * A matrix in row-major order.
     *
     * @param stride entries from one row to the next
     */
    record Matrix(float[] entries, int stride) {}

    /**
     * c = a·b: a [m, k], b [k, n], c [m, n].
     *
     * @param m rows of c; rows up to the next multiple of four are written too
     */
    static void times(Matrix a, Matrix b, Matrix c, int m, int n, int k) {
        product(a.entries(), a.stride(), 1, b, c, m, n, k);
    }

    /** c = aᵀ·b: a [k, m], b [k, n], c [m, n]; a has columns up to the next multiple of four after m. */
    static void transposedTimes(Matrix a, Matrix b, Matrix c, int m, int n, int k) {
        product(a.entries(), 1, a.stride(), b, c, m, n, k);
    }

    /** a's entry (i, x) is at i·down + x·across. */
    private static void product(float[] a, int down, int across, Matrix b, Matrix c, int m, int n, int k) {
        for (int i = 0; i < m; i += ROWS) {
            int j = 0;
            for (; j + Lanes.COUNT < n; j += 2 * Lanes.COUNT) {
                wideTile(
                        a,
                        i * down,
                        down,
                        across,
                        b.entries(),
                        j,
                        b.stride(),
                        c.entries(),
                        i * c.stride() + j,
                        c.stride(),
                        k);
            }
            if (j < n) {
                tile(
                        a,
                        i * down,
                        down,
                        across,
                        b.entries(),
                        j,
                        b.stride(),
                        c.entries(),
                        i * c.stride() + j,
                        c.stride(),
                        k);
            }
        }
    }

    /** Four rows by two vectors. */
    private static void wideTile(
            float[] a,
            int a0,
            int down,
            int across,
            float[] b,
            int b0,
            int bStride,
            float[] c,
            int c0,
            int cStride,
            int k) {
        FloatVector c00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c01 = c00;
        FloatVector c10 = c00;
        FloatVector c11 = c00;
        FloatVector c20 = c00;
        FloatVector c21 = c00;
        FloatVector c30 = c00;
        FloatVector c31 = c00;
        int at = a0;
        int row = b0;
        for (int x = 0; x < k; x++) {
            FloatVector y0 = FloatVector.fromArray(Lanes.FLOATS, b, row);
            FloatVector y1 = FloatVector.fromArray(Lanes.FLOATS, b, row + Lanes.COUNT);
            FloatVector z0 = FloatVector.broadcast(Lanes.FLOATS, a[at]);
            c00 = z0.fma(y0, c00);
            c01 = z0.fma(y1, c01);
            FloatVector z1 = FloatVector.broadcast(Lanes.FLOATS, a[at + down]);
            c10 = z1.fma(y0, c10);
            c11 = z1.fma(y1, c11);
            FloatVector z2 = FloatVector.broadcast(Lanes.FLOATS, a[at + 2 * down]);
            c20 = z2.fma(y0, c20);
            c21 = z2.fma(y1, c21);
            FloatVector z3 = FloatVector.broadcast(Lanes.FLOATS, a[at + 3 * down]);
            c30 = z3.fma(y0, c30);
            c31 = z3.fma(y1, c31);
            at += across;
            row += bStride;
        }
        c00.intoArray(c, c0);
        c01.intoArray(c, c0 + Lanes.COUNT);
        c10.intoArray(c, c0 + cStride);
        c11.intoArray(c, c0 + cStride + Lanes.COUNT);
        c20.intoArray(c, c0 + 2 * cStride);
        c21.intoArray(c, c0 + 2 * cStride + Lanes.COUNT);
        c30.intoArray(c, c0 + 3 * cStride);
        c31.intoArray(c, c0 + 3 * cStride + Lanes.COUNT);
    }

    /** Four rows by one vector. */
    private static void tile(
            float[] a,
            int a0,
            int down,
            int across,
            float[] b,
            int b0,
            int bStride,
            float[] c,
            int c0,
            int cStride,
            int k) {
        FloatVector s0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int at = a0;
        int row = b0;
        for (int x = 0; x < k; x++) {
            FloatVector y = FloatVector.fromArray(Lanes.FLOATS, b, row);
            s0 = FloatVector.broadcast(Lanes.FLOATS, a[at]).fma(y, s0);
            s1 = FloatVector.broadcast(Lanes.FLOATS, a[at + down]).fma(y, s1);
            s2 = FloatVector.broadcast(Lanes.FLOATS, a[at + 2 * down]).fma(y, s2);
            s3 = FloatVector.broadcast(Lanes.FLOATS, a[at + 3 * down]).fma(y, s3);
            at += across;
            row += bStride;
        }
        s0.intoArray(c, c0);
        s1.intoArray(c, c0 + cStride);
        s2.intoArray(c, c0 + 2 * cStride);
        s3.intoArray(c, c0 + 3 * cStride);
    }
}
