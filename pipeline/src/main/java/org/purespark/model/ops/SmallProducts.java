package org.purespark.model.ops;

/** Products of the small matrices inside one head, in row-times-row form, four by four. */
final class SmallProducts {
    private SmallProducts() {}

    /** The next multiple of four: matrices are padded to it with zeros. */
    static int padded(int size) {
        return (size + 3) & ~3;
    }

    /**
     * c = a·bᵀ.
     *
     * @param a [m, k], row-major
     * @param b [n, k], row-major
     * @param c [m, n], overwritten
     * @param m a multiple of four
     * @param n a multiple of four
     */
    static void timesTransposed(float[] a, float[] b, float[] c, int m, int n, int k) {
        for (int i = 0; i < m; i += 4) {
            for (int j = 0; j < n; j += 4) {
                tile(a, i * k, b, j * k, c, i * n + j, n, k);
            }
        }
    }

    private static void tile(float[] a, int a0, float[] b, int b0, float[] c, int c0, int n, int k) {
        int a1 = a0 + k;
        int a2 = a1 + k;
        int a3 = a2 + k;
        int b1 = b0 + k;
        int b2 = b1 + k;
        int b3 = b2 + k;
        float c00 = 0, c01 = 0, c02 = 0, c03 = 0;
        float c10 = 0, c11 = 0, c12 = 0, c13 = 0;
        float c20 = 0, c21 = 0, c22 = 0, c23 = 0;
        float c30 = 0, c31 = 0, c32 = 0, c33 = 0;
        for (int x = 0; x < k; x++) {
            float y0 = b[b0 + x];
            float y1 = b[b1 + x];
            float y2 = b[b2 + x];
            float y3 = b[b3 + x];
            float z = a[a0 + x];
            c00 = Math.fma(z, y0, c00);
            c01 = Math.fma(z, y1, c01);
            c02 = Math.fma(z, y2, c02);
            c03 = Math.fma(z, y3, c03);
            z = a[a1 + x];
            c10 = Math.fma(z, y0, c10);
            c11 = Math.fma(z, y1, c11);
            c12 = Math.fma(z, y2, c12);
            c13 = Math.fma(z, y3, c13);
            z = a[a2 + x];
            c20 = Math.fma(z, y0, c20);
            c21 = Math.fma(z, y1, c21);
            c22 = Math.fma(z, y2, c22);
            c23 = Math.fma(z, y3, c23);
            z = a[a3 + x];
            c30 = Math.fma(z, y0, c30);
            c31 = Math.fma(z, y1, c31);
            c32 = Math.fma(z, y2, c32);
            c33 = Math.fma(z, y3, c33);
        }
        put(c, c0, c00, c01, c02, c03);
        put(c, c0 + n, c10, c11, c12, c13);
        put(c, c0 + 2 * n, c20, c21, c22, c23);
        put(c, c0 + 3 * n, c30, c31, c32, c33);
    }

    private static void put(float[] c, int at, float v0, float v1, float v2, float v3) {
        c[at] = v0;
        c[at + 1] = v1;
        c[at + 2] = v2;
        c[at + 3] = v3;
    }

    /** Writes the transpose of {@code from} [rows, columns] into {@code to} [columns, rows]. */
    static void transpose(float[] from, float[] to, int rows, int columns) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                to[j * rows + i] = from[i * columns + j];
            }
        }
    }
}
