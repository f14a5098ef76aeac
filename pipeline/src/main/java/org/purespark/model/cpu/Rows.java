// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import jdk.incubator.vector.FloatVector;

/**
 * Rows and sums over them that do not depend on the number of threads. Whole vectors are read: see {@link VectorLanes}.
 */
final class Rows {
    /** Rows in one piece of work: fixed, so that the order of summing is fixed too. */
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

    /** The sum of the pieces' partial sums, in the order of the pieces. */
    static float[] total(float[][] partials, int count) {
        float[] total = new float[count];
        for (float[] partial : partials) {
            Sums.add(total, 0, partial, 0, count);
        }
        return total;
    }

    /** Sets the entries from {@code count} to the end of the last vector to zero, so that they add nothing to a sum. */
    static void clearPadding(float[] row, int from, int count) {
        for (int i = from + count; i < from + VectorLanes.padded(count); i++) {
            row[i] = 0f;
        }
    }

    /** Σ x[from + i] over whole vectors. */
    static float sum(float[] x, int from, int count) {
        FloatVector even = FloatVector.zero(VectorLanes.FLOATS);
        FloatVector odd = even;
        int i = from;
        for (; i + VectorLanes.COUNT < from + count; i += 2 * VectorLanes.COUNT) {
            even = even.add(FloatVector.fromArray(VectorLanes.FLOATS, x, i));
            odd = odd.add(FloatVector.fromArray(VectorLanes.FLOATS, x, i + VectorLanes.COUNT));
        }
        if (i < from + count) {
            even = even.add(FloatVector.fromArray(VectorLanes.FLOATS, x, i));
        }
        return across(even.add(odd));
    }

    /** Σ x[i]·y[j + i] over whole vectors, x from {@code from}. */
    static float dot(float[] x, int from, float[] y, int yFrom, int count) {
        FloatVector even = FloatVector.zero(VectorLanes.FLOATS);
        FloatVector odd = even;
        int i = 0;
        for (; i + VectorLanes.COUNT < count; i += 2 * VectorLanes.COUNT) {
            even = FloatVector.fromArray(VectorLanes.FLOATS, x, from + i)
                    .fma(FloatVector.fromArray(VectorLanes.FLOATS, y, yFrom + i), even);
            odd = FloatVector.fromArray(VectorLanes.FLOATS, x, from + i + VectorLanes.COUNT)
                    .fma(FloatVector.fromArray(VectorLanes.FLOATS, y, yFrom + i + VectorLanes.COUNT), odd);
        }
        if (i < count) {
            even = FloatVector.fromArray(VectorLanes.FLOATS, x, from + i)
                    .fma(FloatVector.fromArray(VectorLanes.FLOATS, y, yFrom + i), even);
        }
        return across(even.add(odd));
    }

    /** The sum of the lanes in their order: {@code reduceLanes} leaves the order open. */
    static float across(FloatVector vector) {
        float[] lanes = vector.toArray();
        float sum = 0;
        for (float lane : lanes) {
            sum += lane;
        }
        return sum;
    }
}
