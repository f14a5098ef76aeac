// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import jdk.incubator.vector.FloatVector;

/** Sums of long arrays. */
final class Sums {
    private static final int BLOCK = 1 << 14;

    private Sums() {}

    /** to[at + i] += values[from + i], 0 ≤ i < count; {@code to} must not be {@code values}. */
    static void add(float[] to, int at, float[] values, int from, int count) {
        int i = 0;
        for (; i + VectorLanes.COUNT <= count; i += VectorLanes.COUNT) {
            FloatVector.fromArray(VectorLanes.FLOATS, to, at + i)
                    .add(FloatVector.fromArray(VectorLanes.FLOATS, values, from + i))
                    .intoArray(to, at + i);
        }
        for (; i < count; i++) {
            to[at + i] += values[from + i];
        }
    }

    /** Multiplies all values. */
    static void scale(float[] values, float factor) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
    }

    /** Σ values[i]², from ≤ i < to: blocks in float32, their sum in float64, in the order of the blocks. */
    static double ofSquares(float[] values, int from, int to, Workers workers) {
        int blocks = (to - from + BLOCK - 1) / BLOCK;
        double[] sums = new double[blocks];
        workers.run(blocks, (block, scratch) -> {
            int start = from + block * BLOCK;
            sums[block] = block(values, start, Math.min(to, start + BLOCK));
        });
        double sum = 0;
        for (double part : sums) {
            sum += part;
        }
        return sum;
    }

    private static double block(float[] values, int from, int to) {
        FloatVector a = FloatVector.zero(VectorLanes.FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = from;
        for (; i + 4 * VectorLanes.COUNT <= to; i += 4 * VectorLanes.COUNT) {
            FloatVector x = FloatVector.fromArray(VectorLanes.FLOATS, values, i);
            a = x.fma(x, a);
            x = FloatVector.fromArray(VectorLanes.FLOATS, values, i + VectorLanes.COUNT);
            b = x.fma(x, b);
            x = FloatVector.fromArray(VectorLanes.FLOATS, values, i + 2 * VectorLanes.COUNT);
            c = x.fma(x, c);
            x = FloatVector.fromArray(VectorLanes.FLOATS, values, i + 3 * VectorLanes.COUNT);
            d = x.fma(x, d);
        }
        double sum = 0;
        for (float lane : a.add(b).add(c.add(d)).toArray()) {
            sum += lane;
        }
        for (; i < to; i++) {
            sum += (double) values[i] * values[i];
        }
        return sum;
    }
}
