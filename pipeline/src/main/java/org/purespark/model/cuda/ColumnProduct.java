// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import org.purespark.model.cuda.Product.Factor;
import org.purespark.model.cuda.Product.Order;

/**
 * A {@link Product} as cuBLASLt takes it, which has matrices in column-major order: in memory, a matrix's rows are its
 * transpose's columns. So cᵀ = bᵀ·aᵀ, and the factors change places.
 *
 * @param first b
 * @param second a
 * @param result c
 * @param count number of products
 */
record ColumnProduct(Matrix first, Matrix second, Matrix result, int count) {
    /** The largest alignment that makes a difference. */
    private static final long MOST_ALIGNMENT = 256;

    /** What is done with a matrix before it is multiplied. */
    enum Operation {
        NONE,
        TRANSPOSE
    }

    /**
     * A matrix as it lies in memory, column after column.
     *
     * @param leading entries from one column to the next
     * @param step entries from one product's matrix to the next one's
     * @param alignment bytes of which each of its addresses is a multiple, a power of 2 up to 256
     */
    record Matrix(long rows, long columns, long leading, long step, int alignment, Operation operation) {}

    static ColumnProduct of(Product product) {
        return new ColumnProduct(
                matrix(product.b(), product.k(), product.n()),
                matrix(product.a(), product.m(), product.k()),
                matrix(product.c(), product.m(), product.n()),
                product.count());
    }

    /** A factor [rows, columns] of a product in row-major order. */
    private static Matrix matrix(Factor factor, int rows, int columns) {
        boolean plain = factor.order() == Order.PLAIN;
        return new Matrix(
                plain ? columns : rows,
                plain ? rows : columns,
                factor.row(),
                factor.step(),
                alignment(factor.address() | Float.BYTES * factor.step()),
                plain ? Operation.NONE : Operation.TRANSPOSE);
    }

    private static int alignment(long bytes) {
        return (int) Math.min(MOST_ALIGNMENT, bytes == 0 ? MOST_ALIGNMENT : Long.lowestOneBit(bytes));
    }
}
