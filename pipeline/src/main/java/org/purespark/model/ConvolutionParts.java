// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.encoder.Activation;
import org.purespark.encoder.Convolution;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.model.engine.Dropout;
import org.purespark.model.engine.DropoutSite;
import org.purespark.model.engine.NormKernels.EmbeddingNormInputs;
import org.purespark.model.engine.NormKernels.NormCall;
import org.purespark.model.engine.RowKernels.EntryFunction;
import org.purespark.model.engine.RowKernels.GateCall;
import org.purespark.model.engine.RowKernels.Pair;
import org.purespark.model.engine.TextBatch.RowKind;
import org.purespark.model.ops.DropRows;
import org.purespark.model.ops.EmbeddingNorm;
import org.purespark.model.ops.NearRows;
import org.purespark.model.ops.Sum;

/** A convolution over near tokens beside the first layer: large DeBERTa. K is its number of tokens. */
final class ConvolutionParts {
    private final GraphParts parts;
    private final EncoderConfig config;
    private final SDVariable convolved; // [N, D]

    /** @param embeddings [N, D] */
    ConvolutionParts(GraphParts parts, Convolution.BesideFirstLayer convolution, SDVariable embeddings) {
        this.parts = parts;
        this.config = parts.config();
        SameDiff graph = parts.graph();
        int d = config.hidden();
        int near = convolution.widest(config.sizes());
        SDVariable rows = new NearRows(graph, embeddings, convolution.kernel()).outputVariable(); // [N, D·K]
        SDVariable product = parts.linear(rows, EncoderPart.CONVOLUTION.weight(), d, near); // [N, D]
        SDVariable biased = parts.plusBias(product, EncoderPart.CONVOLUTION.bias(), d); // [N, D]
        Dropout dropout = new Dropout(DropoutSite.convolution(config.layers()), config.hiddenDropout());
        SDVariable dropped = new DropRows(graph, biased, new GateCall(RowKind.TOKEN, dropout)).outputVariable();
        this.convolved = parts.entryWise(dropped, function(convolution.activation())); // [N, D]
    }

    private static EntryFunction function(Activation activation) {
        return switch (activation) {
            case GELU -> EntryFunction.GELU;
            case TANH -> EntryFunction.TANH;
            case RELU -> EntryFunction.RELU;
            case GELU_BY_TANH, SILU -> throw new IllegalArgumentException(
                    activation + " of a convolution is not computed");
        };
    }

    /** What the first layer gives: rows without the convolution [R, D] → [R, D]. */
    SDVariable after(SDVariable layer, RowKind rows) {
        SDVariable beside = rows == RowKind.TOKEN ? convolved : parts.firstRows(convolved); // [R, D]
        SDVariable sum = new Sum(parts.graph(), new Pair<>(layer, beside)).outputVariable(); // [R, D]
        int d = config.hidden();
        Dropout none = new Dropout(DropoutSite.convolution(config.layers()), 0);
        return new EmbeddingNorm(
                        parts.graph(),
                        new EmbeddingNormInputs<>(
                                sum,
                                parts.variable(EncoderPart.CONVOLUTION_NORM.weight(), d),
                                parts.variable(EncoderPart.CONVOLUTION_NORM.bias(), d)),
                        new NormCall(rows, none, config.layerNormEpsilon()))
                .normalized(); // [R, D]
    }
}
