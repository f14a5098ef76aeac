// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import jdk.incubator.vector.FloatVector;

/**
 * Softmax down the columns of a matrix, a vector of columns at a time: no sum runs across a vector. Columns and the
 * stride from one row to the next are whole vectors ({@link VectorLanes#padded}); the columns of the padding are
 * computed too and have no meaning.
 */
final class ColumnSoftmax {
    private ColumnSoftmax() {}

    /** Each column x of the {@code rows} rows becomes e^x / Σ e^x. */
    static void of(float[] entries, int stride, int columns, int rows) {
        int end = rows * stride;
        for (int column = 0; column < columns; column += VectorLanes.COUNT) {
            subtractLargest(entries, column, stride, end);
        }
        if (columns == stride) {
            ErrorFunction.exp(entries, 0, end, 0f, 1f);
        } else {
            for (int row = 0; row < end; row += stride) {
                ErrorFunction.exp(entries, row, columns, 0f, 1f);
            }
        }
        for (int column = 0; column < columns; column += VectorLanes.COUNT) {
            divideBySum(entries, column, stride, end);
        }
    }

    /** Each column dp of the gradient becomes dx = p·(dp - Σ p·dp)·scale. */
    static void backward(float[] gradient, float[] p, int stride, int columns, int rows, float scale) {
        for (int column = 0; column < columns; column += VectorLanes.COUNT) {
            columnsBackward(gradient, p, column, stride, rows * stride, scale);
        }
    }

    /** Subtracts from each column of a vector its largest entry, from entry {@code first} down to {@code end}. */
    private static void subtractLargest(float[] rows, int first, int stride, int end) {
        FloatVector largest = FloatVector.fromArray(VectorLanes.FLOATS, rows, first);
        for (int at = first + stride; at < end; at += stride) {
            largest = largest.max(FloatVector.fromArray(VectorLanes.FLOATS, rows, at));
        }
        for (int at = first; at < end; at += stride) {
            FloatVector.fromArray(VectorLanes.FLOATS, rows, at).sub(largest).intoArray(rows, at);
        }
    }

    /** Divides each column of a vector by its sum, from entry {@code first} down to {@code end}. */
    private static void divideBySum(float[] rows, int first, int stride, int end) {
        FloatVector sum = FloatVector.zero(VectorLanes.FLOATS);
        for (int at = first; at < end; at += stride) {
            sum = sum.add(FloatVector.fromArray(VectorLanes.FLOATS, rows, at));
        }
        FloatVector inverse = FloatVector.broadcast(VectorLanes.FLOATS, 1f).div(sum);
        for (int at = first; at < end; at += stride) {
            FloatVector.fromArray(VectorLanes.FLOATS, rows, at).mul(inverse).intoArray(rows, at);
        }
    }

    private static void columnsBackward(float[] gradient, float[] p, int first, int stride, int end, float scale) {
        FloatVector projection = FloatVector.zero(VectorLanes.FLOATS);
        for (int at = first; at < end; at += stride) {
            projection = FloatVector.fromArray(VectorLanes.FLOATS, gradient, at)
                    .fma(FloatVector.fromArray(VectorLanes.FLOATS, p, at), projection);
        }
        for (int at = first; at < end; at += stride) {
            FloatVector.fromArray(VectorLanes.FLOATS, gradient, at)
                    .sub(projection)
                    .mul(FloatVector.fromArray(VectorLanes.FLOATS, p, at))
                    .mul(scale)
                    .intoArray(gradient, at);
        }
    }
}
