// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.util.function.Consumer;
import org.purespark.model.cuda.Structures.Distances;
import org.purespark.model.cuda.Structures.Heads;
import org.purespark.model.engine.AttentionKernels.Attended;
import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.TextBatch;

/**
 * Attention of all tokens, for one kind of scores.
 *
 * @param qkv [N, 3D]
 * @param bias [3D]; null: none
 * @param table [R, A] of buckets; null: none
 * @param buckets of distances; null without a table
 * @param reach a token attends to tokens up to this distance
 * @param divisor of scores
 */
record CudaScores(
        CudaArray qkv,
        CudaArray bias,
        CudaArray table,
        CudaArray buckets,
        Distances distances,
        int reach,
        double divisor) {
    /** The largest E whose tiles fit into the shared memory of every GPU since 2020. */
    static final int LARGEST_HEAD = 192;

    private static final int OWN = 16;
    private static final int OTHER = 32;
    private static final int THREADS = 128;

    private Heads heads(CudaWork work, TextBatch batch, AttentionCall call, CudaArray softmax) {
        CudaArray gates = work.constant(batch.gates(call.layer()));
        return new Heads(qkv, bias, gates, table, buckets, softmax, distances, size(call), reach, divisor);
    }

    /** E. */
    private int size(AttentionCall call) {
        return qkv.size(1) / 3 / call.heads();
    }

    private Grid grid(TextBatch batch, AttentionCall call) {
        int size = size(call);
        int floats = (OWN + OTHER) * (size + 1) + OWN * (OTHER + 1) + OWN * size;
        if (distances.positions() != null) {
            floats += (OWN + OTHER - 1) * (size + 1);
        }
        int tiles = (batch.longest() + OWN - 1) / OWN;
        return new Grid((long) batch.texts() * call.heads(), tiles, THREADS, Float.BYTES * floats);
    }

    private static Arguments arguments(CudaWork work, TextBatch batch, AttentionCall call, Heads heads) {
        return new Arguments()
                .structure(heads.bytes(call))
                .structure(work.texts(batch))
                .structure(Structures.of(call.dropout()));
    }

    /** Context and CLS attention. The memory for the softmax is taken for the time of the call. */
    void attend(CudaWork work, TextBatch batch, AttentionCall call, Attended<DeviceArray> out) {
        try (CudaArray softmax = work.allocate(call.heads() * batch.squares())) { // [A·ΣT²]
            work.launch(
                    "attend",
                    grid(batch, call),
                    arguments(work, batch, call, heads(work, batch, call, softmax))
                            .array(work.array(out.context()))
                            .array(work.arrayOrNull(out.clsAttention())));
        }
    }

    /**
     * The gradients that come in.
     *
     * @param context [N, D]
     * @param cls [N, A]
     */
    record Incoming(CudaArray context, CudaArray cls) {}

    /**
     * Gradient of qkv.
     *
     * @param dqkv [N, 3D]
     * @param ofScores takes the gradient of the scores [A·ΣT²], text after text, head after head, a row for each query
     */
    void gradient(
            CudaWork work,
            TextBatch batch,
            AttentionCall call,
            Incoming in,
            CudaArray dqkv,
            Consumer<CudaArray> ofScores) {
        long pairs = call.heads() * batch.squares();
        try (CudaArray softmax = work.allocate(pairs);
                CudaArray dscores = work.allocate(pairs)) {
            Heads heads = heads(work, batch, call, softmax);
            work.launch(
                    "attendGradientOfQueries",
                    grid(batch, call),
                    arguments(work, batch, call, heads)
                            .array(in.context())
                            .array(in.cls())
                            .array(dscores)
                            .array(dqkv));
            work.launch(
                    "attendGradientOfKeys",
                    grid(batch, call),
                    arguments(work, batch, call, heads)
                            .array(in.context())
                            .array(dscores)
                            .array(dqkv));
            ofScores.accept(dscores);
        }
    }

    /**
     * Gradient of the vectors of distances.
     *
     * @param dscores [A·ΣT²]
     * @param dpositions [2M - 1, P]
     */
    void distanceGradient(CudaWork work, TextBatch batch, AttentionCall call, CudaArray dscores, CudaArray dpositions) {
        int terms = (distances.queries() >= 0 ? 1 : 0) + (distances.keys() >= 0 ? 1 : 0);
        int owners = distances.headStep() == 0 ? 1 : terms * call.heads();
        int threads = Grid.rows(1, size(call)).threads();
        Heads heads = heads(work, batch, call, null);
        work.launch(
                "distanceGradient",
                new Grid(dpositions.size(0), owners, threads, 0),
                new Arguments()
                        .structure(heads.bytes(call))
                        .structure(work.texts(batch))
                        .array(dscores)
                        .array(dpositions));
    }
}
