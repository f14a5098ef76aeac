// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.nio.ByteBuffer;
import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.Dropout;
import org.purespark.model.engine.TextBatch.RowKind;
import org.purespark.model.engine.UpdateKernels.AdamUpdate;
import org.purespark.random.DropoutMask;

/** The structures of {@code common.cuh}, {@code attention.cu} and {@code updates.cu}, byte by byte. */
final class Structures {
    private static final int DROPOUT_BYTES = 3 * Integer.BYTES;
    private static final int HEADS_BYTES = 96;
    private static final int ADAM_BYTES = 9 * Float.BYTES;
    private static final int NOTHING_DROPPED = -1;

    private Structures() {}

    static byte[] of(Dropout dropout) {
        boolean drops = dropout.rate() > 0;
        return Arguments.bytes(DROPOUT_BYTES)
                .putInt(dropout.site())
                .putInt(drops ? DropoutMask.threshold(dropout.rate()) : NOTHING_DROPPED)
                .putFloat(DropoutMask.scale(dropout.rate()))
                .array();
    }

    /** For a kernel that drops nothing. */
    static byte[] noDropout() {
        return of(new Dropout(0, 0));
    }

    static int kind(RowKind kind) {
        return switch (kind) {
            case TOKEN -> 0;
            case FIRST_TOKEN -> 1;
            case COMMON -> 2;
        };
    }

    static byte[] of(AdamUpdate update) {
        return Arguments.bytes(ADAM_BYTES)
                .putFloat(update.decay())
                .putFloat(update.beta1())
                .putFloat(update.beta2())
                .putFloat(update.rest1())
                .putFloat(update.rest2())
                .putFloat(update.stepSize())
                .putFloat(update.inverseRoot())
                .putFloat(update.epsilon())
                .putFloat(update.gradientFactor())
                .array();
    }

    /**
     * Vectors of distances.
     *
     * @param positions [2M - 1, P]
     * @param queries first column of the distances' queries; -1: none
     * @param keys first column of the distances' keys; -1: none
     * @param headStep columns from one head's vectors to the next head's
     * @param middle M - 1
     */
    record Distances(CudaArray positions, int queries, int keys, int headStep, int middle) {
        static final Distances NONE = new Distances(null, -1, -1, 0, 0);

        int width() {
            return positions == null ? 0 : positions.size(1);
        }
    }

    /**
     * The structure Heads.
     *
     * @param qkv [N, 3D]
     * @param bias [3D]; null: none
     * @param gates [A]
     * @param table [R, A] of buckets; null: none
     * @param buckets of distances; null without a table
     * @param softmax [A·ΣT²]
     * @param size E
     * @param reach a token attends to tokens up to this distance
     * @param divisor of scores
     */
    record Heads(
            CudaArray qkv,
            CudaArray bias,
            CudaArray gates,
            CudaArray table,
            CudaArray buckets,
            CudaArray softmax,
            Distances distances,
            int size,
            int reach,
            double divisor) {
        byte[] bytes(AttentionCall call) {
            ByteBuffer bytes = Arguments.bytes(HEADS_BYTES);
            CudaArray[] arrays = {qkv, bias, gates, table, buckets, distances.positions(), softmax};
            for (CudaArray array : arrays) {
                bytes.putLong(array == null ? 0 : array.address());
            }
            return bytes.putInt(call.heads())
                    .putInt(size)
                    .putInt(reach)
                    .putInt(distances.width())
                    .putInt(distances.queries())
                    .putInt(distances.keys())
                    .putInt(distances.headStep())
                    .putInt(distances.middle())
                    .putFloat((float) (1 / divisor))
                    .array();
        }
    }
}
