// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.encoder.Attention;
import org.purespark.encoder.Convolution;
import org.purespark.encoder.EmbeddingProjection;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.model.engine.AttentionKernels.Attended;
import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.AttentionKernels.BucketAttentionInputs;
import org.purespark.model.engine.AttentionKernels.FirstTokenAttended;
import org.purespark.model.engine.AttentionKernels.FirstTokenInputs;
import org.purespark.model.engine.AttentionKernels.SelfAttentionInputs;
import org.purespark.model.engine.Dropout;
import org.purespark.model.engine.DropoutSite;
import org.purespark.model.engine.HeadKernels;
import org.purespark.model.engine.NormKernels.EmbeddingNormInputs;
import org.purespark.model.engine.NormKernels.NormCall;
import org.purespark.model.engine.NormKernels.ResidualNormInputs;
import org.purespark.model.engine.TextBatch.RowKind;
import org.purespark.model.ops.BucketAttention;
import org.purespark.model.ops.EmbeddingNorm;
import org.purespark.model.ops.FirstTokenAttention;
import org.purespark.model.ops.HeadGather;
import org.purespark.model.ops.HeadSpread;
import org.purespark.model.ops.ResidualNorm;
import org.purespark.model.ops.SelfAttention;

/**
 * An encoder with a norm after each part of a layer and its residual sum: BERT and its relatives. The letters are those
 * of {@link EncoderGraph}.
 */
final class PostNormLayers {
    private final GraphParts parts;
    private final SameDiff graph;
    private final EncoderConfig config;
    /** Null, unless attention is disentangled. */
    private final DistanceParts distances;
    /** Null without convolution, and before the embeddings are there. */
    private ConvolutionParts convolution;

    PostNormLayers(GraphParts parts) {
        this.parts = parts;
        this.graph = parts.graph();
        this.config = parts.config();
        this.distances = config.architecture().attention() instanceof Attention.Disentangled kind
                ? new DistanceParts(parts, kind)
                : null;
    }

    /**
     * tokens [N, W]; what the classifier does not read of a layer is added to {@code seen}. Of the last layer it is
     * what the classifier's rows come from.
     */
    LastRows rows(SDVariable tokens, EncoderGraph.LastLayer lastLayer, LayerOutputs seen) {
        int last = config.layers() - 1;
        SDVariable x = beforeLastLayer(tokens, seen); // [N, D]
        if (lastLayer == EncoderGraph.LastLayer.FIRST_TOKENS) {
            return new LastRows(() -> layerOfFirstTokens(last, x, seen), () -> layer(last, x, LayerOutputs.none()));
        }
        SDVariable context = attention(last, x, seen); // [N, D]
        LayerOutputs ofAll = lastLayer == EncoderGraph.LastLayer.ALL_TOKENS ? seen : LayerOutputs.none();
        return new LastRows(
                () -> afterAttention(last, parts.firstRows(context), parts.firstRows(x), RowKind.FIRST_TOKEN, seen),
                () -> afterAttention(last, context, x, RowKind.TOKEN, ofAll));
    }

    private SDVariable beforeLastLayer(SDVariable tokens, LayerOutputs seen) {
        SDVariable x = embeddings(tokens); // [N, D]
        if (config.architecture().convolution() instanceof Convolution.BesideFirstLayer beside) {
            convolution = new ConvolutionParts(parts, beside, x);
        }
        for (int l = 0; l < config.layers() - 1; l++) {
            x = layer(l, x, seen); // [N, D]
            seen.hidden().add(x);
            seen.states().add(List.of(x));
        }
        return x;
    }

    /** tokens [N, W] → [N, D]. */
    private SDVariable embeddings(SDVariable tokens) {
        SDVariable read = tokens; // [N, W]
        boolean before = config.architecture().projection() == EmbeddingProjection.BEFORE_NORM;
        int width = before ? config.hidden() : config.embedding();
        if (config.projectsEmbeddings() && before) {
            read = parts.linear(tokens, EncoderPart.EMBEDDING_PROJECTION.weight(), width, config.embedding()); // [N, D]
        }
        Dropout dropout = new Dropout(DropoutSite.embeddings(), config.dropout().embeddings());
        SDVariable x = new EmbeddingNorm(
                        graph,
                        new EmbeddingNormInputs<>(
                                read,
                                parts.variable(EncoderPart.EMBEDDING_NORM.weight(), width),
                                parts.variable(EncoderPart.EMBEDDING_NORM.bias(), width)),
                        norm(RowKind.TOKEN, dropout))
                .normalized(); // [N, W] or [N, D]
        return config.projectsEmbeddings() && !before
                ? parts.affine(
                        x, EncoderPart.EMBEDDING_PROJECTION.path(), config.hidden(), config.embedding()) // [N, D]
                : x;
    }

    /** A layer: x [N, D] → [N, D]. */
    private SDVariable layer(int l, SDVariable x, LayerOutputs seen) {
        return afterAttention(l, attention(l, x, seen), x, RowKind.TOKEN, seen); // [N, D]
    }

    /** Attention of all tokens, before the output projection: x [N, D] → context [N, D]. */
    private SDVariable attention(int l, SDVariable x, LayerOutputs seen) {
        SDVariable qkv = parts.toHeads(l, x); // [N, 3D]
        String first = EncoderPart.QUERY.bias(config.parameterLayer(l));
        SDVariable bias = parts.variable(first, 3 * config.hidden()); // [3D]
        Attended<SDVariable> attended = attended(l, qkv, bias);
        seen.clsAttention().add(attended.clsAttention()); // [N, A]
        return attended.context(); // [N, D]
    }

    private Attended<SDVariable> attended(int l, SDVariable qkv, SDVariable bias) {
        if (distances != null) {
            return distances.attended(qkv, bias, call(l));
        }
        if (config.architecture().attention() instanceof Attention.RelativeKeys keys) {
            return new RelativeKeyParts(parts, keys).attended(qkv, bias, call(l));
        }
        if (config.architecture().attention() instanceof Attention.DistanceBuckets buckets) {
            SDVariable table = // [R, A]
                    parts.variable(EncoderPart.DISTANCE_SCORES.weight(), buckets.rows(), config.heads());
            return new BucketAttention(graph, new BucketAttentionInputs<>(qkv, bias, table), call(l)).attended();
        }
        return new SelfAttention(graph, new SelfAttentionInputs<>(qkv, bias), call(l)).attended();
    }

    /**
     * The last layer, of which the classifier reads only the first tokens: x [N, D] → [B, D]. The weights of keys and
     * values are multiplied with the first tokens' queries and sums of hidden states, not with all tokens. The bias of
     * the keys changes nothing here, and its gradient is 0.
     */
    private SDVariable layerOfFirstTokens(int l, SDVariable x, LayerOutputs seen) {
        SDVariable first = parts.firstRows(x); // [B, D]
        int d = config.hidden();
        int own = config.parameterLayer(l);
        SDVariable q = parts.affine(first, EncoderPart.QUERY.path(own), d, d); // [B, D]
        SDVariable keyWeight = parts.variable(EncoderPart.KEY.weight(own), d, d); // [D, D]
        SDVariable u = new HeadSpread(graph, new HeadKernels.HeadSpreadInputs<>(q, keyWeight), config.heads())
                .outputVariable(); // [A, B, D]
        FirstTokenAttended<SDVariable> attended =
                new FirstTokenAttention(graph, new FirstTokenInputs<>(u, x), call(l)).attended();
        seen.clsAttention().add(attended.clsAttention()); // [N, A]
        SDVariable context = new HeadGather(
                        graph,
                        new HeadKernels.HeadGatherInputs<>(
                                attended.states(), // [A, B, D]
                                attended.sums(), // [A, B]
                                parts.variable(EncoderPart.VALUE.weight(own), d, d),
                                parts.variable(EncoderPart.VALUE.bias(own), d)))
                .outputVariable(); // [B, D]
        return afterAttention(l, context, first, RowKind.FIRST_TOKEN, seen); // [B, D]
    }

    /** What follows attention, row by row: context and x [R, D] → [R, D]. */
    private SDVariable afterAttention(int l, SDVariable context, SDVariable x, RowKind rows, LayerOutputs seen) {
        int d = config.hidden();
        int f = config.intermediate();
        int own = config.parameterLayer(l);
        SDVariable attended = parts.ofContext(l, context, EncoderPart.ATTENTION_OUTPUT.weight(own)); // [R, D]
        Dropout ofAttention =
                new Dropout(DropoutSite.ATTENTION_OUTPUT.in(l), config.dropout().attentionOutput());
        SDVariable middle = normalized(
                new ResidualNormInputs<>(
                        attended,
                        parts.variable(EncoderPart.ATTENTION_OUTPUT.bias(own), d),
                        x,
                        parts.variable(EncoderPart.ATTENTION_NORM.weight(own), d),
                        parts.variable(EncoderPart.ATTENTION_NORM.bias(own), d)),
                norm(rows, ofAttention)); // [R, D]
        SDVariable wide = parts.linear(middle, EncoderPart.INTERMEDIATE.weight(own), f, d); // [R, F]
        SDVariable activated = parts.activated(
                wide,
                EncoderPart.INTERMEDIATE.bias(own),
                f,
                config.architecture().feedForward().activation()); // [R, F]
        seen.neurons().add(activated);
        SDVariable narrow = parts.linear(activated, EncoderPart.OUTPUT.weight(own), d, f); // [R, D]
        Dropout ofOutput =
                new Dropout(DropoutSite.OUTPUT.in(l), config.dropout().output());
        SDVariable out = normalized(
                new ResidualNormInputs<>(
                        narrow,
                        parts.variable(EncoderPart.OUTPUT.bias(own), d),
                        middle,
                        parts.variable(EncoderPart.OUTPUT_NORM.weight(own), d),
                        parts.variable(EncoderPart.OUTPUT_NORM.bias(own), d)),
                norm(rows, ofOutput)); // [R, D]
        return l == 0 && convolution != null ? convolution.after(out, rows) : out;
    }

    private AttentionCall call(int l) {
        return new AttentionCall(
                l, config.heads(), new Dropout(DropoutSite.ATTENTION.in(l), config.attentionDropout()));
    }

    private NormCall norm(RowKind rows, Dropout dropout) {
        return new NormCall(rows, dropout, config.layerNormEpsilon());
    }

    private SDVariable normalized(ResidualNormInputs<SDVariable> in, NormCall norm) {
        return new ResidualNorm(graph, in, norm).normalized(); // [R, D]
    }
}
