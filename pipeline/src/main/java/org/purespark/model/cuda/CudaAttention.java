// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import org.purespark.model.cuda.CudaScores.Incoming;
import org.purespark.model.cuda.CudaWork.Columns;
import org.purespark.model.cuda.Structures.Distances;
import org.purespark.model.engine.AttentionKernels;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.DistanceBuckets;
import org.purespark.model.engine.PositionKernels.RotaryCall;
import org.purespark.model.engine.TextBatch;

/** {@link AttentionKernels}: a block for a head's tile of queries or keys in one text. */
final class CudaAttention implements AttentionKernels {
    /** Distances beyond have the bucket of this one. */
    private static final int FAR = 128;

    private static final int FIRST_TOKEN_THREADS = 128;

    private final CudaWork work;
    private final TextBatch batch;

    CudaAttention(CudaWork work, TextBatch batch) {
        this.work = work;
        this.batch = batch;
    }

    private static CudaScores scores(CudaArray qkv, CudaArray bias, AttentionCall call) {
        double root = root(qkv.size(1) / 3, call);
        return new CudaScores(qkv, bias, null, null, Distances.NONE, RotaryCall.EVERYWHERE, root);
    }

    /** √E. */
    private static double root(int hidden, AttentionCall call) {
        return Math.sqrt((double) hidden / call.heads());
    }

    @Override
    public void selfAttention(SelfAttentionInputs<DeviceArray> in, AttentionCall attention, Attended<DeviceArray> out) {
        scores(work.array(in.qkv()), work.array(in.bias()), attention).attend(work, batch, attention, out);
    }

    @Override
    public void selfAttentionGradient(
            SelfAttentionBackward<DeviceArray> in,
            AttentionCall attention,
            SelfAttentionInputs<DeviceArray> gradients) {
        CudaArray dqkv = work.array(gradients.qkv()); // [N, 3D]
        Incoming incoming = new Incoming(work.array(in.contextGradient()), work.array(in.clsGradient()));
        scores(work.array(in.qkv()), work.array(in.bias()), attention)
                .gradient(work, batch, attention, incoming, dqkv, dscores -> {});
        work.columnSums(Columns.of(dqkv), work.array(gradients.bias()));
    }

    /** Bucket of each distance from -128 to 128. */
    private CudaArray buckets() {
        return work.constant("buckets", () -> {
            int[] buckets = new int[2 * FAR + 1];
            for (int distance = -FAR; distance <= FAR; distance++) {
                buckets[FAR + distance] = DistanceBuckets.of(distance);
            }
            return work.ints(buckets);
        });
    }

    private CudaScores bucketScores(CudaArray qkv, CudaArray bias, CudaArray table, AttentionCall call) {
        double root = root(qkv.size(1) / 3, call);
        return new CudaScores(qkv, bias, table, buckets(), Distances.NONE, RotaryCall.EVERYWHERE, root);
    }

    @Override
    public void bucketAttention(
            BucketAttentionInputs<DeviceArray> in, AttentionCall attention, Attended<DeviceArray> out) {
        bucketScores(work.array(in.qkv()), work.array(in.bias()), work.array(in.table()), attention)
                .attend(work, batch, attention, out);
    }

    @Override
    public void bucketAttentionGradient(
            BucketAttentionBackward<DeviceArray> in,
            AttentionCall attention,
            BucketAttentionInputs<DeviceArray> gradients) {
        CudaArray dqkv = work.array(gradients.qkv()); // [N, 3D]
        CudaArray dtable = work.array(gradients.table()); // [R, A]
        Incoming incoming = new Incoming(work.array(in.contextGradient()), work.array(in.clsGradient()));
        bucketScores(work.array(in.qkv()), work.array(in.bias()), work.array(in.table()), attention)
                .gradient(work, batch, attention, incoming, dqkv, dscores -> tableGradient(dscores, dtable));
        work.columnSums(Columns.of(dqkv), work.array(gradients.bias()));
    }

    /**
     * @param dscores [A·ΣT²]
     * @param dtable [R, A]
     */
    private void tableGradient(CudaArray dscores, CudaArray dtable) {
        int heads = dtable.size(1);
        int middle = batch.longest() - 1;
        try (CudaArray diagonals = work.allocate(2L * middle + 1, heads)) {
            Grid one = Grid.rows(1, FIRST_TOKEN_THREADS);
            work.launch(
                    "diagonalSums",
                    new Grid(2L * middle + 1, heads, one.threads(), one.sharedBytes()),
                    new Arguments()
                            .array(dscores)
                            .array(diagonals)
                            .number(heads)
                            .number(middle)
                            .structure(work.texts(batch)));
            work.launch(
                    "bucketSums",
                    Grid.rows(dtable.size(0), heads),
                    new Arguments()
                            .array(diagonals)
                            .array(buckets())
                            .array(dtable)
                            .number(heads)
                            .number(middle));
        }
    }

    @Override
    public void firstTokenAttention(
            FirstTokenInputs<DeviceArray> in, AttentionCall attention, FirstTokenAttended<DeviceArray> out) {
        CudaArray x = work.array(in.x()); // [N, D]
        int heads = attention.heads();
        CudaArray softmax =
                out.softmax() == null ? work.allocate(batch.tokens(), heads) : work.array(out.softmax()); // [N, A]
        Arguments arrays = new Arguments()
                .array(work.array(in.u()))
                .array(x)
                .array(gates(attention))
                .array(work.array(out.states()))
                .array(work.arrayOrNull(out.sums()))
                .array(work.arrayOrNull(out.clsAttention()))
                .array(softmax);
        work.launch("attendFirst", ofHeads(attention), firstToken(arrays, attention, x.size(1)));
        if (out.softmax() == null) {
            softmax.close();
        }
    }

    private CudaArray gates(AttentionCall attention) {
        return work.constant(batch.gates(attention.layer()));
    }

    private Grid ofHeads(AttentionCall attention) {
        return Grid.rows((long) batch.texts() * attention.heads(), FIRST_TOKEN_THREADS);
    }

    private Arguments firstToken(Arguments arrays, AttentionCall attention, int hidden) {
        return arrays.number(attention.heads())
                .number(hidden)
                .real(1 / root(hidden, attention))
                .structure(work.texts(batch))
                .structure(Structures.of(attention.dropout()));
    }

    @Override
    public void firstTokenAttentionGradient(
            FirstTokenBackward<DeviceArray> in, AttentionCall attention, FirstTokenInputs<DeviceArray> gradients) {
        CudaArray dstates = work.array(in.statesGradient()); // [A, B, D]
        CudaArray softmax = work.array(in.softmax()); // [N, A]
        CudaArray x = work.array(in.x()); // [N, D]
        int hidden = x.size(1);
        try (CudaArray dscores = work.allocate(batch.tokens(), attention.heads())) {
            Arguments ofQueries = new Arguments()
                    .array(dstates)
                    .array(work.array(in.sumsGradient()))
                    .array(work.array(in.clsGradient()))
                    .array(softmax)
                    .array(x)
                    .array(gates(attention))
                    .array(dscores)
                    .array(work.array(gradients.u()));
            work.launch("attendFirstGradientOfQueries", ofHeads(attention), firstToken(ofQueries, attention, hidden));
            Arguments ofStates = new Arguments()
                    .array(dstates)
                    .array(dscores)
                    .array(softmax)
                    .array(work.array(in.u()))
                    .array(gates(attention))
                    .array(work.array(gradients.x()));
            work.launch(
                    "attendFirstGradientOfStates",
                    Grid.rows(batch.tokens(), hidden),
                    firstToken(ofStates, attention, hidden));
        }
    }
}
