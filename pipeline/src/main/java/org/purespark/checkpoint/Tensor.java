// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.util.Arrays;

/**
 * A float32 array with its shape, row-major.
 *
 * @param shape dimensions, outermost first; empty for a scalar
 * @param values the entries; their number is the product of the shape. Not copied: the maker hands it over
 */
public record Tensor(int[] shape, float[] values) {
    public Tensor {
        long count = 1;
        for (int dimension : shape) {
            count *= dimension;
        }
        if (count != values.length) {
            throw new IllegalArgumentException(
                    "shape " + Arrays.toString(shape) + " holds " + count + " entries, given " + values.length);
        }
    }

    public static Tensor of(float[] values, int... shape) {
        return new Tensor(shape, values);
    }

    public static Tensor zeros(int... shape) {
        int count = 1;
        for (int dimension : shape) {
            count = Math.multiplyExact(count, dimension);
        }
        return new Tensor(shape, new float[count]);
    }

    /** A matrix [n, m] from a matrix [m, n]. */
    Tensor transposed() {
        int rows = shape[0];
        int columns = shape[1];
        float[] turned = new float[values.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                turned[column * rows + row] = values[row * columns + column];
            }
        }
        return Tensor.of(turned, columns, rows);
    }
}
