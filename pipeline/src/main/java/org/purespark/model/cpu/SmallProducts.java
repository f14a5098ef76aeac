// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import jdk.incubator.vector.FloatVector;

/**
 * Products of the small matrices inside one head, with rows of results in vectors. Columns from n up to the next whole
 * vector are read and computed too, and have no meaning; so b and c have room for them, and c's stride is whole
 * vectors.
 */
final class SmallProducts {
    private static final int ROWS = 4;

    private SmallProducts() {}

    /** The number of rows for which there must be room: rows are computed four at a time. */
    static int paddedRows(int rows) {
        return (rows + ROWS - 1) & -ROWS;
    }

    /**
     * A matrix in row-major order.
     *
     * @param stride entries from one row to the next
     * @param first index of the first row's start
     */
    record Matrix(float[] entries, int stride, int first) {
        Matrix(float[] entries, int stride) {
            this(entries, stride, 0);
        }
    }

    /**
     * c = a·b: a [m, k], b [k, n], c [m, n].
     *
     * @param m rows of c; rows up to the next multiple of four are written too
     */
    static void times(Matrix a, Matrix b, Matrix c, int m, int n, int k) {
        product(a, a.stride(), 1, b, c, m, n, k);
    }

    /** c = aᵀ·b: a [k, m], b [k, n], c [m, n]; a has room for columns up to the next multiple of four after m. */
    static void transposedTimes(Matrix a, Matrix b, Matrix c, int m, int n, int k) {
        product(a, 1, a.stride(), b, c, m, n, k);
    }

    /**
     * c = a·bᵀ: a [m, k], b [n, k], c [m, n]; a and b have zeros from column k to the end of the last vector, and room
     * for rows up to the next multiple of four. Good for a k of many vectors, because each entry of c ends with a sum
     * across a vector.
     */
    static void timesTransposed(Matrix a, Matrix b, Matrix c, int m, int n, int k) {
        float[] lanes = new float[ROWS * ROWS * VectorLanes.COUNT];
        for (int i = 0; i < m; i += ROWS) {
            for (int j = 0; j < n; j += ROWS) {
                for (int r = 0; r < ROWS; r += 2) {
                    dots(
                            a.entries(),
                            a.first() + (i + r) * a.stride(),
                            a.stride(),
                            b.entries(),
                            b.first() + j * b.stride(),
                            b.stride(),
                            lanes,
                            r * ROWS * VectorLanes.COUNT,
                            k);
                }
                for (int r = 0; r < ROWS; r++) {
                    sums(lanes, r * ROWS * VectorLanes.COUNT, c.entries(), c.first() + (i + r) * c.stride() + j);
                }
            }
        }
    }

    /** to[at + s], s = 0 to 3: the sum of the lanes of vector s, in their order. */
    private static void sums(float[] lanes, int first, float[] to, int at) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        for (int lane = first; lane < first + VectorLanes.COUNT; lane++) {
            s0 += lanes[lane];
            s1 += lanes[lane + VectorLanes.COUNT];
            s2 += lanes[lane + 2 * VectorLanes.COUNT];
            s3 += lanes[lane + 3 * VectorLanes.COUNT];
        }
        to[at] = s0;
        to[at + 1] = s1;
        to[at + 2] = s2;
        to[at + 3] = s3;
    }

    /**
     * Products of two rows with four, lane by lane: those of row r with row s are vector 4r + s, from {@code to} on.
     */
    private static void dots(
            float[] a, int a0, int aStride, float[] b, int b0, int bStride, float[] lanes, int to, int k) {
        FloatVector s00 = FloatVector.zero(VectorLanes.FLOATS);
        FloatVector s01 = s00;
        FloatVector s02 = s00;
        FloatVector s03 = s00;
        FloatVector s10 = s00;
        FloatVector s11 = s00;
        FloatVector s12 = s00;
        FloatVector s13 = s00;
        for (int x = 0; x < k; x += VectorLanes.COUNT) {
            FloatVector y0 = FloatVector.fromArray(VectorLanes.FLOATS, a, a0 + x);
            FloatVector y1 = FloatVector.fromArray(VectorLanes.FLOATS, a, a0 + aStride + x);
            FloatVector z0 = FloatVector.fromArray(VectorLanes.FLOATS, b, b0 + x);
            s00 = y0.fma(z0, s00);
            s10 = y1.fma(z0, s10);
            FloatVector z1 = FloatVector.fromArray(VectorLanes.FLOATS, b, b0 + bStride + x);
            s01 = y0.fma(z1, s01);
            s11 = y1.fma(z1, s11);
            FloatVector z2 = FloatVector.fromArray(VectorLanes.FLOATS, b, b0 + 2 * bStride + x);
            s02 = y0.fma(z2, s02);
            s12 = y1.fma(z2, s12);
            FloatVector z3 = FloatVector.fromArray(VectorLanes.FLOATS, b, b0 + 3 * bStride + x);
            s03 = y0.fma(z3, s03);
            s13 = y1.fma(z3, s13);
        }
        s00.intoArray(lanes, to);
        s01.intoArray(lanes, to + VectorLanes.COUNT);
        s02.intoArray(lanes, to + 2 * VectorLanes.COUNT);
        s03.intoArray(lanes, to + 3 * VectorLanes.COUNT);
        s10.intoArray(lanes, to + 4 * VectorLanes.COUNT);
        s11.intoArray(lanes, to + 5 * VectorLanes.COUNT);
        s12.intoArray(lanes, to + 6 * VectorLanes.COUNT);
        s13.intoArray(lanes, to + 7 * VectorLanes.COUNT);
    }

    /** a's entry (i, x) is i·down + x·across entries after its first. */
    private static void product(Matrix a, int down, int across, Matrix b, Matrix c, int m, int n, int k) {
        for (int i = 0; i < m; i += ROWS) {
            int j = 0;
            for (; j + VectorLanes.COUNT < n; j += 2 * VectorLanes.COUNT) {
                wideTile(
                        a.entries(),
                        a.first() + i * down,
                        down,
                        across,
                        b.entries(),
                        b.first() + j,
                        b.stride(),
                        c.entries(),
                        c.first() + i * c.stride() + j,
                        c.stride(),
                        k);
            }
            if (j < n) {
                tile(
                        a.entries(),
                        a.first() + i * down,
                        down,
                        across,
                        b.entries(),
                        b.first() + j,
                        b.stride(),
                        c.entries(),
                        c.first() + i * c.stride() + j,
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
        FloatVector c00 = FloatVector.zero(VectorLanes.FLOATS);
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
            FloatVector y0 = FloatVector.fromArray(VectorLanes.FLOATS, b, row);
            FloatVector y1 = FloatVector.fromArray(VectorLanes.FLOATS, b, row + VectorLanes.COUNT);
            FloatVector z0 = FloatVector.broadcast(VectorLanes.FLOATS, a[at]);
            c00 = z0.fma(y0, c00);
            c01 = z0.fma(y1, c01);
            FloatVector z1 = FloatVector.broadcast(VectorLanes.FLOATS, a[at + down]);
            c10 = z1.fma(y0, c10);
            c11 = z1.fma(y1, c11);
            FloatVector z2 = FloatVector.broadcast(VectorLanes.FLOATS, a[at + 2 * down]);
            c20 = z2.fma(y0, c20);
            c21 = z2.fma(y1, c21);
            FloatVector z3 = FloatVector.broadcast(VectorLanes.FLOATS, a[at + 3 * down]);
            c30 = z3.fma(y0, c30);
            c31 = z3.fma(y1, c31);
            at += across;
            row += bStride;
        }
        c00.intoArray(c, c0);
        c01.intoArray(c, c0 + VectorLanes.COUNT);
        c10.intoArray(c, c0 + cStride);
        c11.intoArray(c, c0 + cStride + VectorLanes.COUNT);
        c20.intoArray(c, c0 + 2 * cStride);
        c21.intoArray(c, c0 + 2 * cStride + VectorLanes.COUNT);
        c30.intoArray(c, c0 + 3 * cStride);
        c31.intoArray(c, c0 + 3 * cStride + VectorLanes.COUNT);
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
        FloatVector s0 = FloatVector.zero(VectorLanes.FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int at = a0;
        int row = b0;
        for (int x = 0; x < k; x++) {
            FloatVector y = FloatVector.fromArray(VectorLanes.FLOATS, b, row);
            s0 = FloatVector.broadcast(VectorLanes.FLOATS, a[at]).fma(y, s0);
            s1 = FloatVector.broadcast(VectorLanes.FLOATS, a[at + down]).fma(y, s1);
            s2 = FloatVector.broadcast(VectorLanes.FLOATS, a[at + 2 * down]).fma(y, s2);
            s3 = FloatVector.broadcast(VectorLanes.FLOATS, a[at + 3 * down]).fma(y, s3);
            at += across;
            row += bStride;
        }
        s0.intoArray(c, c0);
        s1.intoArray(c, c0 + cStride);
        s2.intoArray(c, c0 + 2 * cStride);
        s3.intoArray(c, c0 + 3 * cStride);
    }
}
