// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import org.nd4j.autodiff.samediff.SDVariable;
import org.purespark.encoder.Attention;
import org.purespark.encoder.EachDistance;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.model.engine.AttentionKernels.Attended;
import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.Dropout;
import org.purespark.model.engine.DropoutSite;
import org.purespark.model.engine.PositionKernels.DisentangledCall;
import org.purespark.model.engine.PositionKernels.DisentangledInputs;
import org.purespark.model.engine.PositionKernels.DistanceCall;
import org.purespark.model.engine.PositionKernels.DistanceOwners;
import org.purespark.model.ops.DisentangledAttention;
import org.purespark.model.ops.DistanceRows;

/**
 * Attention with a layer's learned vectors of distances, the same for all its heads. M is the longest text of a batch;
 * the other letters are those of {@link EncoderGraph}.
 */
final class RelativeKeyParts {
    private static final Dropout NO_DROPOUT = new Dropout(DropoutSite.embeddings(), 0);

    private final GraphParts parts;
    private final Attention.RelativeKeys attention;

    RelativeKeyParts(GraphParts parts, Attention.RelativeKeys attention) {
        this.parts = parts;
        this.attention = attention;
    }

    /**
     * Attention of layer {@code call.layer()}.
     *
     * @param qkv [N, 3D]
     * @param bias [3D]
     */
    Attended<SDVariable> attended(SDVariable qkv, SDVariable bias, AttentionCall call) {
        EncoderConfig config = parts.config();
        EachDistance distances = new EachDistance(config.positions());
        String name = EncoderPart.DISTANCE_EMBEDDINGS.weight(config.parameterLayer(call.layer()));
        SDVariable table = parts.variable(name, distances.rows(), config.headSize()); // [2·positions - 1, E]
        DistanceCall rows = new DistanceCall(distances, NO_DROPOUT, factor(config.headSize()));
        SDVariable vectors = new DistanceRows(parts.graph(), table, rows).outputVariable(); // [2M - 1, E]
        return new DisentangledAttention(
                        parts.graph(),
                        new DisentangledInputs<>(qkv, bias, vectors),
                        new DisentangledCall(call, attention.terms(), DistanceOwners.ALL_IN_COMMON))
                .attended();
    }

    /** The operation divides all products by √E. */
    private float factor(int headSize) {
        return switch (attention.scale()) {
            case AS_CONTENTS -> 1;
            case NONE -> (float) Math.sqrt(headSize);
        };
    }
}
