package org.purespark.model.ops;

import jdk.incubator.vector.FloatVector;

/** Sums of squares of long arrays: blocks in float32, their sums in float64, in the order of the blocks. */
public final class Squares {
    private static final int BLOCK = 1 << 14;

    private Squares() {}

    /** Σ values[i]², from ≤ i < to. */
    public static double sum(float[] values, int from, int to, Workers workers) {
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
        FloatVector a = FloatVector.zero(Lanes.FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = from;
        for (; i + 4 * Lanes.COUNT <= to; i += 4 * Lanes.COUNT) {
            FloatVector x = FloatVector.fromArray(Lanes.FLOATS, values, i);
            a = x.fma(x, a);
            x = FloatVector.fromArray(Lanes.FLOATS, values, i + Lanes.COUNT);
            b = x.fma(x, b);
            x = FloatVector.fromArray(Lanes.FLOATS, values, i + 2 * Lanes.COUNT);
            c = x.fma(x, c);
            x = FloatVector.fromArray(Lanes.FLOATS, values, i + 3 * Lanes.COUNT);
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
