// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

/**
 * c = a·b for matrices in row-major order, [m, k]·[k, n] = [m, n]; or so many of them at once, as far apart as their
 * steps say.
 *
 * @param m rows of the result
 * @param n columns of the result
 * @param k terms of each sum
 * @param count number of products
 */
record Product(int m, int n, int k, Factor a, Factor b, Factor c, int count) {
    /** How a factor lies in memory. */
    enum Order {
        PLAIN,
        /** Its transpose does. */
        TURNED
    }

    /**
     * A matrix.
     *
     * @param address of its first entry
     * @param row entries from one row in memory to the next
     * @param step entries from one product's matrix to the next one's
     */
    record Factor(long address, int row, Order order, long step) {}

    /** One product. */
    static Product of(int m, int n, int k, Factor a, Factor b, Factor c) {
        return new Product(m, n, k, a, b, c, 1);
    }

    /** A matrix whose rows follow each other. */
    static Factor plain(CudaArray matrix, int columns) {
        return new Factor(matrix.address(), columns, Order.PLAIN, 0);
    }

    /** The transpose of a matrix whose rows follow each other. */
    static Factor turned(CudaArray matrix, int columns) {
        return new Factor(matrix.address(), columns, Order.TURNED, 0);
    }
}
