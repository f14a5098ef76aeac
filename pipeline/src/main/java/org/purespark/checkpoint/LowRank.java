// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.util.Arrays;
import org.purespark.InputException;

/**
 * What an adapter adds to one matrix.
 *
 * @param rows B [out, r]
 * @param columns A [r, in]
 * @param scale factor of B·A
 * @param magnitudes norm of each row of the sum [out]; null if rows keep the sum's own (all but DoRA)
 */
record LowRank(Tensor rows, Tensor columns, double scale, Tensor magnitudes) {
    int rank() {
        return columns.shape()[0];
    }

    /** [out, in]. */
    int[] shape() {
        return new int[] {rows.shape()[0], columns.shape()[1]};
    }

    /**
     * W + scale·B·A, or with magnitudes m: each row o of it times m[o] / |row o|.
     *
     * @param weight W [out, in]
     * @param place of the adapter, for messages
     * @throws InputException if a row with a magnitude is zero
     */
    Tensor addTo(Tensor weight, String place) {
        int width = columns.shape()[1];
        float[] sum = weight.values().clone();
        for (int row = 0; row < rows.shape()[0]; row++) {
            int start = row * width;
            for (int k = 0; k < rank(); k++) {
                float factor = (float) (scale * rows.values()[row * rank() + k]);
                int from = k * width;
                for (int i = 0; i < width; i++) {
                    sum[start + i] += factor * columns.values()[from + i];
                }
            }
            if (magnitudes != null) {
                stretch(sum, start, width, magnitudes.values()[row], place);
            }
        }
        return new Tensor(weight.shape(), sum);
    }

    private static void stretch(float[] values, int start, int width, float magnitude, String place) {
        double squares = 0;
        for (int i = start; i < start + width; i++) {
            squares += (double) values[i] * values[i];
        }
        if (squares == 0) {
            throw new InputException("cannot use adapter " + place + ": row " + start / width
                    + " has a magnitude, but is zero in the base model with what the adapter adds");
        }
        double factor = magnitude / Math.sqrt(squares);
        for (int i = start; i < start + width; i++) {
            values[i] = (float) (values[i] * factor);
        }
    }

    /** The matrix with rows and columns exchanged. */
    static Tensor transposed(Tensor matrix) {
        int height = matrix.shape()[0];
        int width = matrix.shape()[1];
        Tensor result = Tensor.zeros(width, height);
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                result.values()[column * height + row] = matrix.values()[row * width + column];
            }
        }
        return result;
    }

    @Override
    public String toString() {
        return "rank " + rank() + " on " + Arrays.toString(shape());
    }
}
