// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.purespark.model.cuda.ColumnProduct.Matrix;
import org.purespark.model.cuda.ColumnProduct.Operation;
import org.purespark.model.cuda.Product.Factor;
import org.purespark.model.cuda.Product.Order;

class ColumnProductTest {
    private static final int M = 3;
    private static final int N = 4;
    private static final int K = 5;

    @ParameterizedTest
    @CsvSource({"PLAIN, PLAIN", "PLAIN, TURNED", "TURNED, PLAIN", "TURNED, TURNED"})
    void inColumnMajorOrderTheProductIsTheSame(Order orderOfA, Order orderOfB) {
        float[] a = counted(100);
        float[] b = counted(120);
        int rowOfA = (orderOfA == Order.PLAIN ? K : M) + 2;
        int rowOfB = (orderOfB == Order.PLAIN ? N : K) + 1;
        Product product = new Product(
                M,
                N,
                K,
                new Factor(256, rowOfA, orderOfA, 50),
                new Factor(512, rowOfB, orderOfB, 60),
                new Factor(1024, N, Order.PLAIN, M * N),
                2);
        float[] c = columnMajor(ColumnProduct.of(product), b, a);
        for (int p = 0; p < 2; p++) {
            for (int i = 0; i < M; i++) {
                for (int j = 0; j < N; j++) {
                    float sum = 0;
                    for (int t = 0; t < K; t++) {
                        float left = a[p * 50 + (orderOfA == Order.PLAIN ? i * rowOfA + t : t * rowOfA + i)];
                        float right = b[p * 60 + (orderOfB == Order.PLAIN ? t * rowOfB + j : j * rowOfB + t)];
                        sum += left * right;
                    }
                    assertThat(c[p * M * N + i * N + j]).isEqualTo(sum);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"4096, 0, 256", "4100, 0, 4", "4128, 0, 32", "4096, 3, 4", "4096, 64, 256"})
    void addressesAreMultiplesOfTheAlignment(long address, long step, int alignment) {
        Factor factor = new Factor(address, 8, Order.PLAIN, step);
        assertThat(ColumnProduct.of(Product.of(8, 8, 8, factor, factor, factor))
                        .result()
                        .alignment())
                .isEqualTo(alignment);
    }

    /** As cuBLASLt's documentation defines it: result = op(first)·op(second), column after column. */
    private static float[] columnMajor(ColumnProduct product, float[] first, float[] second) {
        Matrix result = product.result();
        float[] c = new float[(int) (product.count() * result.step())];
        for (int p = 0; p < product.count(); p++) {
            for (int row = 0; row < result.rows(); row++) {
                for (int column = 0; column < result.columns(); column++) {
                    float sum = 0;
                    for (int t = 0; t < K; t++) {
                        sum += at(product.first(), first, p, row, t) * at(product.second(), second, p, t, column);
                    }
                    c[(int) (p * result.step() + column * result.leading() + row)] = sum;
                }
            }
        }
        return c;
    }

    private static float at(Matrix matrix, float[] values, int p, long row, long column) {
        boolean turned = matrix.operation() == Operation.TRANSPOSE;
        long inRow = turned ? column : row;
        long inColumn = turned ? row : column;
        assertThat(inRow).isLessThan(matrix.rows());
        assertThat(inColumn).isLessThan(matrix.columns());
        assertThat(matrix.rows()).isLessThanOrEqualTo(matrix.leading());
        return values[(int) (p * matrix.step() + inColumn * matrix.leading() + inRow)];
    }

    private static float[] counted(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i % 7 - 3;
        }
        return values;
    }
}
