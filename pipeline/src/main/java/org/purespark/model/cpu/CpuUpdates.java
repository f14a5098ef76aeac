// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.nio.FloatBuffer;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.UpdateKernels;

/** Parameters and gradients in pieces that do not depend on the number of threads. */
final class CpuUpdates implements UpdateKernels {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int PER_PIECE = 1 << 14;
    private static final int ROWS_PER_PIECE = 64;
    /** Values that stay in a core's cache. */
    private static final int COPIED_AT_ONCE = 4096;

    private final Workers workers;

    CpuUpdates(Workers workers) {
        this.workers = workers;
    }

    private static int pieces(long count) {
        return Math.toIntExact((count + PER_PIECE - 1) / PER_PIECE);
    }

    @Override
    public void lookUp(DeviceArray table, long[] starts, int[][] rows, DeviceArray to) {
        int tokens = to.size(0);
        int width = to.size(1);
        workers.run((tokens + ROWS_PER_PIECE - 1) / ROWS_PER_PIECE, (piece, scratch) -> {
            float[] sum = scratch.floats(width);
            float[] other = scratch.floats(width);
            for (int n = piece * ROWS_PER_PIECE; n < Math.min(tokens, (piece + 1) * ROWS_PER_PIECE); n++) {
                table.get(starts[0] + (long) rows[0][n] * width, sum, 0, width);
                for (int s = 1; s < starts.length; s++) {
                    table.get(starts[s] + (long) rows[s][n] * width, other, 0, width);
                    Sums.add(sum, 0, other, 0, width);
                }
                to.put((long) n * width, sum, 0, width);
            }
        });
    }

    @Override
    public void scatterAdd(DeviceArray to, long start, int[] rows, DeviceArray values) {
        float[] sums = HeapArray.of(to);
        int width = values.size(1);
        float[] row = new float[width];
        for (int n = 0; n < rows.length; n++) {
            values.get((long) n * width, row, 0, width);
            Sums.add(sums, Math.toIntExact(start + (long) rows[n] * width), row, 0, width);
        }
    }

    @Override
    public void addTo(DeviceArray to, long at, From values, long count) {
        float[] sums = HeapArray.of(to);
        int start = Math.toIntExact(at);
        workers.run(pieces(count), (piece, scratch) -> {
            int from = piece * PER_PIECE;
            int length = (int) Math.min(PER_PIECE, count - from);
            float[] copy = scratch.floats(length);
            values.array().get(values.at() + from, copy, 0, length);
            Sums.add(sums, start + from, copy, 0, length);
        });
    }

    @Override
    public void copy(From values, From to, long count) {
        workers.run(pieces(count), (piece, scratch) -> {
            int from = piece * PER_PIECE;
            int length = (int) Math.min(PER_PIECE, count - from);
            float[] copy = scratch.floats(length);
            values.array().get(values.at() + from, copy, 0, length);
            to.array().put(to.at() + from, copy, 0, length);
        });
    }

    @Override
    public void addTo(DeviceArray to, long at, FloatBuffer values) {
        float[] sums = HeapArray.of(to);
        float[] few = new float[Math.min(COPIED_AT_ONCE, values.remaining())];
        int start = Math.toIntExact(at);
        for (int i = 0; i < values.remaining(); i += few.length) {
            int count = Math.min(few.length, values.remaining() - i);
            values.get(values.position() + i, few, 0, count);
            Sums.add(sums, start + i, few, 0, count);
        }
    }

    @Override
    public double squares(DeviceArray values, long from, long to) {
        return Sums.ofSquares(HeapArray.of(values), Math.toIntExact(from), Math.toIntExact(to), workers);
    }

    @Override
    public void clear(DeviceArray values, long from, long count) {
        Arrays.fill(HeapArray.of(values), Math.toIntExact(from), Math.toIntExact(from + count), 0f);
    }

    @Override
    public void adamW(AdamUpdate update, From weights, From gradients, Moments moments, long momentsAt, long count) {
        float[] g = HeapArray.of(gradients.array());
        float[] m = HeapArray.of(moments.first());
        float[] v = HeapArray.of(moments.second());
        workers.run(pieces(count), (piece, scratch) -> {
            int from = piece * PER_PIECE;
            int length = (int) Math.min(PER_PIECE, count - from);
            float[] w = scratch.floats(length);
            weights.array().get(weights.at() + from, w, 0, length);
            apply(
                    update,
                    w,
                    g,
                    Math.toIntExact(gradients.at() + from),
                    m,
                    v,
                    Math.toIntExact(momentsAt + from),
                    length);
            weights.array().put(weights.at() + from, w, 0, length);
        });
    }

    @Override
    public void adamWRows(
            AdamUpdate update,
            DeviceArray weights,
            DeviceArray gradients,
            int[] rowOf,
            boolean[] moving,
            Moments moments,
            int width) {
        int words = rowOf.length;
        int perPiece = Math.max(1, PER_PIECE / width);
        float[] zeros = new float[width];
        float[] g = HeapArray.of(gradients);
        float[] m = HeapArray.of(moments.first());
        float[] v = HeapArray.of(moments.second());
        workers.run((words + perPiece - 1) / perPiece, (piece, scratch) -> {
            float[] w = scratch.floats(width);
            for (int word = piece * perPiece; word < Math.min(words, (piece + 1) * perPiece); word++) {
                weights.get((long) word * width, w, 0, width);
                if (moving[word]) {
                    int row = rowOf[word];
                    apply(update, w, row < 0 ? zeros : g, Math.max(row, 0) * width, m, v, word * width, width);
                } else {
                    decay(update, w, width);
                }
                weights.put((long) word * width, w, 0, width);
            }
        });
    }

    /** The update for zero gradient and moments: the same bits, with a third of the memory traffic. */
    private static void decay(AdamUpdate update, float[] w, int count) {
        float decay = update.decay();
        for (int i = 0; i < count; i++) {
            w[i] *= decay;
        }
    }

    /** Updates w[0 .. count), whose gradients and moments start at {@code gFrom} and {@code from}. */
    private static void apply(
            AdamUpdate u, float[] w, float[] g, int gFrom, float[] m, float[] v, int from, int count) {
        int i = 0;
        for (; i + FLOATS.length() <= count; i += FLOATS.length()) {
            FloatVector gradient = FloatVector.fromArray(FLOATS, g, gFrom + i).mul(u.gradientFactor());
            FloatVector mean =
                    FloatVector.fromArray(FLOATS, m, from + i).mul(u.beta1()).add(gradient.mul(u.rest1()));
            FloatVector square = FloatVector.fromArray(FLOATS, v, from + i)
                    .mul(u.beta2())
                    .add(gradient.mul(gradient).mul(u.rest2()));
            mean.intoArray(m, from + i);
            square.intoArray(v, from + i);
            FloatVector root = square.sqrt().mul(u.inverseRoot()).add(u.epsilon());
            FloatVector.fromArray(FLOATS, w, i)
                    .mul(u.decay())
                    .sub(mean.mul(u.stepSize()).div(root))
                    .intoArray(w, i);
        }
        for (; i < count; i++) {
            float gradient = g[gFrom + i] * u.gradientFactor();
            float mean = u.beta1() * m[from + i] + u.rest1() * gradient;
            float square = u.beta2() * v[from + i] + u.rest2() * (gradient * gradient);
            m[from + i] = mean;
            v[from + i] = square;
            float root = (float) Math.sqrt(square) * u.inverseRoot() + u.epsilon();
            w[i] = w[i] * u.decay() - u.stepSize() * mean / root;
        }
    }
}
