// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import org.nd4j.autodiff.samediff.SDVariable;
import org.purespark.encoder.Attention;
import org.purespark.encoder.Attention.DistanceNorm;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.model.engine.AttentionKernels.Attended;
import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.Dropout;
import org.purespark.model.engine.DropoutSite;
import org.purespark.model.engine.NormKernels.EmbeddingNormInputs;
import org.purespark.model.engine.NormKernels.NormCall;
import org.purespark.model.engine.PositionKernels.DisentangledCall;
import org.purespark.model.engine.PositionKernels.DisentangledInputs;
import org.purespark.model.engine.PositionKernels.DistanceCall;
import org.purespark.model.engine.PositionKernels.DistanceOwners;
import org.purespark.model.engine.TextBatch.RowKind;
import org.purespark.model.ops.DisentangledAttention;
import org.purespark.model.ops.DistanceRows;
import org.purespark.model.ops.EmbeddingNorm;

/**
 * The vectors of distances, and the attention that reads them: DeBERTa. M is the longest text of a batch; the other
 * letters are those of {@link EncoderGraph}.
 */
final class DistanceParts {
    /** Dropout comes later, in each layer. */
    private static final Dropout NO_DROPOUT = new Dropout(DropoutSite.embeddings(), 0);

    private final GraphParts parts;
    private final EncoderConfig config;
    private final Attention.Disentangled attention;
    private final SDVariable table; // [2·span, D]

    DistanceParts(GraphParts parts, Attention.Disentangled attention) {
        this.parts = parts;
        this.config = parts.config();
        this.attention = attention;
        SDVariable embeddings = parts.variable(
                EncoderPart.RELATIVE_EMBEDDINGS.weight(), attention.distances().rows(), config.hidden());
        this.table = attention.norm() == DistanceNorm.NONE ? embeddings : normalized(embeddings);
    }

    private SDVariable normalized(SDVariable embeddings) {
        return new EmbeddingNorm(
                        parts.graph(),
                        new EmbeddingNormInputs<>(
                                embeddings,
                                parts.variable(EncoderPart.RELATIVE_NORM.weight(), config.hidden()),
                                parts.variable(EncoderPart.RELATIVE_NORM.bias(), config.hidden())),
                        new NormCall(RowKind.COMMON, NO_DROPOUT, config.layerNormEpsilon()))
                .normalized();
    }

    /**
     * Attention of layer {@code call.layer()}.
     *
     * @param qkv [N, 3D]
     * @param bias [3D]
     */
    Attended<SDVariable> attended(SDVariable qkv, SDVariable bias, AttentionCall call) {
        Dropout dropout = new Dropout(DropoutSite.distances(config.layers(), call.layer()), config.hiddenDropout());
        SDVariable rows = new DistanceRows(parts.graph(), table, new DistanceCall(attention.distances(), dropout))
                .outputVariable(); // [2M - 1, D]
        EncoderPart first = firstWeight();
        int layer = config.parameterLayer(call.layer());
        int width = attention.terms().count() * config.hidden();
        SDVariable product = parts.linearOnView(rows, first.weight(layer), width, config.hidden()); // [2M - 1, D·terms]
        SDVariable positions = parts.plusBias(product, first.bias(layer), width); // [2M - 1, D·terms]
        return new DisentangledAttention(
                        parts.graph(),
                        new DisentangledInputs<>(qkv, bias, positions),
                        new DisentangledCall(call, attention.terms(), DistanceOwners.EACH))
                .attended();
    }

    /** Weights of queries and of keys are neighbours, as their biases are: one matrix covers them. */
    private EncoderPart firstWeight() {
        boolean keysAlone = attention.terms() == Attention.DistanceTerms.CONTENT_TO_POSITION;
        return switch (attention.weights()) {
            case OF_TOKENS -> keysAlone ? EncoderPart.KEY : EncoderPart.QUERY;
            case OWN -> keysAlone ? EncoderPart.POSITION_KEY : EncoderPart.POSITION_QUERY;
        };
    }
}
