// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import org.purespark.encoder.Attention.DistanceTerms;
import org.purespark.encoder.DistanceTable;
import org.purespark.model.cuda.CudaScores.Incoming;
import org.purespark.model.cuda.CudaWork.Columns;
import org.purespark.model.cuda.Structures.Distances;
import org.purespark.model.engine.AttentionKernels.Attended;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.PositionKernels;
import org.purespark.model.engine.TextBatch;

/** {@link PositionKernels}: the kernels of {@link CudaAttention} on queries and keys that are turned, or with terms. */
final class CudaPositions implements PositionKernels {
    private final CudaWork work;
    private final TextBatch batch;

    CudaPositions(CudaWork work, TextBatch batch) {
        this.work = work;
        this.batch = batch;
    }

    /** Which way queries and keys are turned. */
    private enum Direction {
        FORWARD,
        BACK
    }

    /** The key of a table of angles among the constants. */
    private record Angles(double base, int size, int tokens) {}

    /** Cosine and sine of each token's angles [M, E/2, 2]. */
    private CudaArray angles(double base, int size) {
        int tokens = batch.longest();
        return work.constant(new Angles(base, size, tokens), () -> {
            int half = size / 2;
            float[] angles = new float[tokens * size];
            for (int t = 0; t < tokens; t++) {
                for (int i = 0; i < half; i++) {
                    double angle = t * Math.pow(base, -i / (double) half);
                    angles[t * size + 2 * i] = (float) Math.cos(angle);
                    angles[t * size + 2 * i + 1] = (float) Math.sin(angle);
                }
            }
            return work.floats(angles);
        });
    }

    /** @param turned [N, 3D], maybe the memory of qkv */
    private void turn(CudaArray qkv, RotaryCall call, Direction direction, CudaArray turned) {
        int hidden = qkv.size(1) / 3;
        int size = hidden / call.attention().heads();
        work.launch(
                "turn",
                Grid.rows(qkv.size(0), hidden),
                new Arguments()
                        .array(qkv)
                        .array(angles(call.base(), size))
                        .array(turned)
                        .number(hidden)
                        .number(size)
                        .real(direction == Direction.FORWARD ? 1 : -1)
                        .structure(work.texts(batch)));
    }

    private static CudaScores scores(CudaArray turned, RotaryCall call) {
        double root = Math.sqrt((double) turned.size(1) / 3 / call.attention().heads());
        return new CudaScores(turned, null, null, null, Distances.NONE, call.reach(), root);
    }

    @Override
    public void rotaryAttention(DeviceArray of, RotaryCall call, Attended<DeviceArray> out) {
        CudaArray qkv = work.array(of); // [N, 3D]
        try (CudaArray turned = work.allocate(qkv.shape())) {
            turn(qkv, call, Direction.FORWARD, turned);
            scores(turned, call).attend(work, batch, call.attention(), out);
        }
    }

    @Override
    public void rotaryAttentionGradient(RotaryBackward<DeviceArray> in, RotaryCall call, DeviceArray gradient) {
        CudaArray qkv = work.array(in.qkv()); // [N, 3D]
        CudaArray dqkv = work.array(gradient); // [N, 3D]
        Incoming incoming = new Incoming(work.array(in.contextGradient()), work.array(in.clsGradient()));
        try (CudaArray turned = work.allocate(qkv.shape())) {
            turn(qkv, call, Direction.FORWARD, turned);
            scores(turned, call).gradient(work, batch, call.attention(), incoming, dqkv, dscores -> {});
            turn(dqkv, call, Direction.BACK, dqkv);
        }
    }

    @Override
    public void distanceRows(DeviceArray of, DistanceCall call, DeviceArray result) {
        CudaArray table = work.array(of); // [R, W]
        CudaArray y = work.array(result); // [2M - 1, W]
        int middle = batch.longest() - 1;
        int[] rows = new int[2 * middle + 1];
        for (int r = 0; r < rows.length; r++) {
            rows[r] = call.distances().row(r - middle);
        }
        try (CudaArray ofDistances = work.ints(rows)) {
            Arguments arrays = new Arguments().array(table).array(ofDistances).array(y);
            work.launch("distanceRows", Grid.rows(rows.length, y.size(1)), withCall(arrays, y.size(1), call));
        }
    }

    private Arguments withCall(Arguments arrays, int width, DistanceCall call) {
        return arrays.number(width)
                .real(call.factor())
                .structure(work.texts(batch))
                .structure(Structures.of(call.dropout()));
    }

    @Override
    public void distanceRowsGradient(DeviceArray outGradient, DistanceCall call, DeviceArray gradient) {
        CudaArray dy = work.array(outGradient); // [2M - 1, W]
        CudaArray dtable = work.array(gradient); // [R, W]
        try (CudaArray starts = work.ints(firstDistances(call.distances(), dtable.size(0)))) {
            Arguments arrays = new Arguments().array(dy).array(starts).array(dtable);
            work.launch(
                    "distanceRowsGradient", Grid.rows(dtable.size(0), dy.size(1)), withCall(arrays, dy.size(1), call));
        }
    }

    /** [R + 1] the first distance of each row, or of a later one, counted from 0 for -(M - 1); then 2M - 1. */
    private int[] firstDistances(DistanceTable distances, int rows) {
        int middle = batch.longest() - 1;
        int[] starts = new int[rows + 1];
        int at = 0;
        for (int row = 0; row < rows; row++) {
            while (at <= 2 * middle && distances.row(at - middle) < row) {
                at++;
            }
            starts[row] = at;
        }
        starts[rows] = 2 * middle + 1;
        return starts;
    }

    private CudaScores scores(DeviceArray qkv, DeviceArray bias, DeviceArray ofPositions, DisentangledCall call) {
        CudaArray positions = work.array(ofPositions); // [2M - 1, P]
        DistanceTerms terms = call.terms();
        int size = work.array(qkv).size(1) / 3 / call.attention().heads();
        boolean apart = call.owners() == DistanceOwners.EACH;
        int keys =
                switch (terms) {
                    case POSITION_TO_CONTENT -> -1;
                    case CONTENT_TO_POSITION -> 0;
                    case BOTH -> apart ? positions.size(1) / 2 : 0;
                };
        int queries = terms == DistanceTerms.CONTENT_TO_POSITION ? -1 : 0;
        Distances distances = new Distances(positions, queries, keys, apart ? size : 0, batch.longest() - 1);
        return new CudaScores(
                work.array(qkv), work.array(bias), null, null, distances, RotaryCall.EVERYWHERE, call.divisor(size));
    }

    @Override
    public void disentangledAttention(
            DisentangledInputs<DeviceArray> in, DisentangledCall call, Attended<DeviceArray> out) {
        scores(in.qkv(), in.bias(), in.positions(), call).attend(work, batch, call.attention(), out);
    }

    @Override
    public void disentangledAttentionGradient(
            DisentangledBackward<DeviceArray> in, DisentangledCall call, DisentangledInputs<DeviceArray> gradients) {
        CudaArray dqkv = work.array(gradients.qkv()); // [N, 3D]
        CudaArray dpositions = work.array(gradients.positions()); // [2M - 1, P]
        CudaScores scores = scores(in.qkv(), in.bias(), in.positions(), call);
        Incoming incoming = new Incoming(work.array(in.contextGradient()), work.array(in.clsGradient()));
        scores.gradient(
                work,
                batch,
                call.attention(),
                incoming,
                dqkv,
                dscores -> scores.distanceGradient(work, batch, call.attention(), dscores, dpositions));
        work.columnSums(Columns.of(dqkv), work.array(gradients.bias()));
    }
}
