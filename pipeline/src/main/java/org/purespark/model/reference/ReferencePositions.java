// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

import static org.purespark.model.reference.Sigma.sum;

import org.purespark.encoder.Attention.DistanceTerms;
import org.purespark.model.engine.AttentionKernels.Attended;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.PositionKernels;
import org.purespark.model.engine.TextBatch;

/** {@link PositionKernels}, head by head. */
final class ReferencePositions implements PositionKernels {
    private final TextBatch batch;

    ReferencePositions(TextBatch batch) {
        this.batch = batch;
    }

    /** R or its inverse on each row [T, E], in place. */
    private static void turn(double[][] rows, double base, int direction) {
        int half = rows[0].length / 2;
        for (int t = 0; t < rows.length; t++) {
            for (int i = 0; i < half; i++) {
                double angle = direction * t * Math.pow(base, -i / (double) half);
                double a = rows[t][i];
                double b = rows[t][half + i];
                rows[t][i] = a * Math.cos(angle) - b * Math.sin(angle);
                rows[t][half + i] = b * Math.cos(angle) + a * Math.sin(angle);
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        return sum(a.length, e -> a[e] * b[e]);
    }

    @Override
    public void rotaryAttention(DeviceArray of, RotaryCall call, Attended<DeviceArray> out) {
        ReferenceArray qkv = ReferenceArray.of(of); // [N, 3D]
        ReferenceArray context = ReferenceArray.of(out.context()); // [N, D]
        ReferenceArray cls = ReferenceArray.ofNullable(out.clsAttention()); // [N, A]
        int heads = call.attention().heads();
        for (int b = 0; b < batch.texts(); b++) {
            for (int h = 0; h < heads; h++) {
                PositionedHead head = turned(qkv, call, b, h);
                double root = Math.sqrt(head.size());
                head.forward(within(call.reach(), head, root), context, cls);
            }
        }
    }

    private static PositionedHead.Scores within(int reach, PositionedHead head, double root) {
        return (j, i) -> Math.abs(i - j) > reach ? Double.NEGATIVE_INFINITY : dot(head.q()[i], head.k()[j]) / root;
    }

    private PositionedHead turned(ReferenceArray qkv, RotaryCall call, int text, int number) {
        PositionedHead head = new PositionedHead(batch, call.attention(), text, number, qkv, null);
        turn(head.q(), call.base(), 1);
        turn(head.k(), call.base(), 1);
        return head;
    }

    @Override
    public void rotaryAttentionGradient(RotaryBackward<DeviceArray> in, RotaryCall call, DeviceArray gradient) {
        ReferenceArray qkv = ReferenceArray.of(in.qkv()); // [N, 3D]
        ReferenceArray dcontext = ReferenceArray.of(in.contextGradient()); // [N, D]
        ReferenceArray dcls = ReferenceArray.of(in.clsGradient()); // [N, A]
        ReferenceArray dqkv = ReferenceArray.of(gradient); // [N, 3D]
        int heads = call.attention().heads();
        for (int b = 0; b < batch.texts(); b++) {
            for (int h = 0; h < heads; h++) {
                PositionedHead head = turned(qkv, call, b, h);
                double root = Math.sqrt(head.size());
                double[][] ds = head.backward(within(call.reach(), head, root), dcontext, dcls, dqkv); // [T, T]
                double[][] dq = new double[head.tokens()][head.size()]; // [T, E]
                double[][] dk = new double[head.tokens()][head.size()]; // [T, E]
                for (int t = 0; t < dq.length; t++) {
                    for (int e = 0; e < head.size(); e++) {
                        int at = t;
                        int entry = e;
                        dq[t][e] = sum(dq.length, j -> ds[j][at] * head.k()[j][entry]) / root;
                        dk[t][e] = sum(dq.length, i -> ds[at][i] * head.q()[i][entry]) / root;
                    }
                }
                turn(dq, call.base(), -1);
                turn(dk, call.base(), -1);
                head.write(dq, dk, dqkv);
            }
        }
    }

    @Override
    public void distanceRows(DeviceArray of, DistanceCall call, DeviceArray result) {
        ReferenceArray table = ReferenceArray.of(of); // [R, W]
        ReferenceArray y = ReferenceArray.of(result); // [2M - 1, W]
        int middle = batch.longest() - 1;
        y.fill((r, i) -> factor(call, r - middle, table.size(1), i)
                * table.at(call.distances().row(r - middle), i));
    }

    /** What an entry of a distance's row is multiplied by. */
    private double factor(DistanceCall call, int distance, int width, int i) {
        return call.factor()
                * Mask.of(call.dropout(), batch, 0)
                        .factor((long) call.distances().row(distance) * width + i);
    }

    @Override
    public void distanceRowsGradient(DeviceArray outGradient, DistanceCall call, DeviceArray gradient) {
        ReferenceArray dy = ReferenceArray.of(outGradient); // [2M - 1, W]
        ReferenceArray dtable = ReferenceArray.of(gradient); // [R, W]
        int middle = batch.longest() - 1;
        dtable.fill((row, i) -> sum(
                dy.size(0),
                r -> call.distances().row(r - middle) == row
                        ? factor(call, r - middle, dy.size(1), i) * dy.at(r, i)
                        : 0));
    }

    /** The vectors of distances, for one head. */
    private final class Vectors {
        private final ReferenceArray positions; // [2M - 1, P]
        private final DistanceTerms terms;
        /** The head's first column of the queries, or of the keys where there are no others. */
        private final int first;
        /** From the queries to the keys, in columns. */
        private final int toKeys;

        Vectors(ReferenceArray positions, DisentangledCall call, PositionedHead head) {
            this.positions = positions;
            this.terms = call.terms();
            boolean apart = call.owners() == DistanceOwners.EACH;
            this.first = apart ? head.first() : 0;
            this.toKeys = apart ? positions.size(1) / terms.count() : 0;
        }

        int row(int j, int i) {
            return batch.longest() - 1 + i - j;
        }

        /** First column of the head's query of a distance; -1: there is none. */
        int queries() {
            return terms == DistanceTerms.CONTENT_TO_POSITION ? -1 : first;
        }

        /** First column of the head's key of a distance; -1: there is none. */
        int keys() {
            return switch (terms) {
                case POSITION_TO_CONTENT -> -1;
                case CONTENT_TO_POSITION -> first;
                case BOTH -> toKeys + first;
            };
        }

        /** Entry e of the vector of query i's distance to key j; 0 if there is none. */
        double at(int column, int j, int i, int e) {
            return column < 0 ? 0 : positions.at(row(j, i), column + e);
        }
    }

    @Override
    public void disentangledAttention(
            DisentangledInputs<DeviceArray> in, DisentangledCall call, Attended<DeviceArray> out) {
        ReferenceArray qkv = ReferenceArray.of(in.qkv()); // [N, 3D]
        ReferenceArray bias = ReferenceArray.of(in.bias()); // [3D]
        ReferenceArray positions = ReferenceArray.of(in.positions()); // [2M - 1, P]
        ReferenceArray context = ReferenceArray.of(out.context()); // [N, D]
        ReferenceArray cls = ReferenceArray.ofNullable(out.clsAttention()); // [N, A]
        int heads = call.attention().heads();
        for (int b = 0; b < batch.texts(); b++) {
            for (int h = 0; h < heads; h++) {
                PositionedHead head = new PositionedHead(batch, call.attention(), b, h, qkv, bias);
                Vectors of = new Vectors(positions, call, head);
                head.forward(scores(head, of, call.divisor(head.size())), context, cls);
            }
        }
    }

    private static PositionedHead.Scores scores(PositionedHead head, Vectors of, double root) {
        double[][] q = head.q();
        double[][] k = head.k();
        return (j, i) -> sum(
                        head.size(),
                        e -> q[i][e] * k[j][e]
                                + q[i][e] * of.at(of.keys(), j, i, e)
                                + k[j][e] * of.at(of.queries(), j, i, e))
                / root;
    }

    @Override
    public void disentangledAttentionGradient(
            DisentangledBackward<DeviceArray> in, DisentangledCall call, DisentangledInputs<DeviceArray> gradients) {
        ReferenceArray qkv = ReferenceArray.of(in.qkv()); // [N, 3D]
        ReferenceArray bias = ReferenceArray.of(in.bias()); // [3D]
        ReferenceArray positions = ReferenceArray.of(in.positions()); // [2M - 1, P]
        ReferenceArray dcontext = ReferenceArray.of(in.contextGradient()); // [N, D]
        ReferenceArray dcls = ReferenceArray.of(in.clsGradient()); // [N, A]
        ReferenceArray dqkv = ReferenceArray.of(gradients.qkv()); // [N, 3D]
        ReferenceArray dbias = ReferenceArray.of(gradients.bias()); // [3D]
        ReferenceArray dpositions = ReferenceArray.of(gradients.positions()); // [2M - 1, P]
        double[][] toPositions = new double[positions.size(0)][positions.size(1)]; // [2M - 1, P]
        int heads = call.attention().heads();
        for (int b = 0; b < batch.texts(); b++) {
            for (int h = 0; h < heads; h++) {
                PositionedHead head = new PositionedHead(batch, call.attention(), b, h, qkv, bias);
                Vectors of = new Vectors(positions, call, head);
                double root = call.divisor(head.size());
                double[][] ds = head.backward(scores(head, of, root), dcontext, dcls, dqkv); // [T, T]
                backward(head, ds, of, root, toPositions, dqkv);
            }
        }
        dbias.fill(i -> sum(batch.tokens(), n -> dqkv.at(n, i)));
        dpositions.fill((r, i) -> toPositions[r][i]);
    }

    private static void backward(
            PositionedHead head, double[][] ds, Vectors of, double root, double[][] toPositions, ReferenceArray dqkv) {
        double[][] q = head.q();
        double[][] k = head.k();
        double[][] dq = new double[head.tokens()][head.size()]; // [T, E]
        double[][] dk = new double[head.tokens()][head.size()]; // [T, E]
        for (int j = 0; j < ds.length; j++) {
            for (int i = 0; i < ds.length; i++) {
                double d = ds[j][i] / root;
                for (int e = 0; e < head.size(); e++) {
                    dq[i][e] += d * (k[j][e] + of.at(of.keys(), j, i, e));
                    dk[j][e] += d * (q[i][e] + of.at(of.queries(), j, i, e));
                    if (of.keys() >= 0) {
                        toPositions[of.row(j, i)][of.keys() + e] += d * q[i][e];
                    }
                    if (of.queries() >= 0) {
                        toPositions[of.row(j, i)][of.queries() + e] += d * k[j][e];
                    }
                }
            }
        }
        head.write(dq, dk, dqkv);
    }
}
