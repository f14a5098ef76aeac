// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.purespark.encoder.Attention;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.model.engine.AttentionKernels.Attended;
import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.Dropout;
import org.purespark.model.engine.DropoutSite;
import org.purespark.model.engine.NormKernels.NormCall;
import org.purespark.model.engine.NormKernels.ScaleNormInputs;
import org.purespark.model.engine.NormKernels.SumNormInputs;
import org.purespark.model.engine.PositionKernels.RotaryCall;
import org.purespark.model.engine.RowKernels.GateCall;
import org.purespark.model.engine.TextBatch.RowKind;
import org.purespark.model.ops.GatedGelu;
import org.purespark.model.ops.RotaryAttention;
import org.purespark.model.ops.ScaleNorm;
import org.purespark.model.ops.SumNorm;

/**
 * An encoder with a norm before each part of a layer and one at the end, rotary attention, gated feed-forward parts and
 * no biases: ModernBERT (Warner and others: Smarter, Better, Faster, Longer, 2024). The letters are those of
 * {@link EncoderGraph}.
 */
final class PreNormLayers {
    private final GraphParts parts;
    private final EncoderConfig config;
    private final Attention.Rotary rotary;

    PreNormLayers(GraphParts parts, Attention.Rotary rotary) {
        this.parts = parts;
        this.config = parts.config();
        this.rotary = rotary;
    }

    /**
     * Between two parts of layers.
     *
     * @param sum s [R, D]
     * @param normalized the norm of s, which the next part reads [R, D]
     */
    private record State(SDVariable sum, SDVariable normalized) {}

    /**
     * tokens [N, D]; what the classifier does not read of a layer is added to {@code seen}, outputs after their norm.
     * Of the last layer it is what the classifier's rows come from.
     */
    LastRows rows(SDVariable tokens, EncoderGraph.LastLayer lastLayer, LayerOutputs seen) {
        int last = config.layers() - 1;
        State x = beforeLastLayer(tokens, seen); // [N, D]
        SDVariable context = attention(last, x, seen); // [N, D]
        LayerOutputs ofAll = lastLayer == EncoderGraph.LastLayer.ALL_TOKENS ? seen : LayerOutputs.none();
        return new LastRows(() -> firstTokens(last, context, x, seen).normalized(), () -> afterAttention(
                        last, context, x.sum(), RowKind.TOKEN, ofAll)
                .normalized());
    }

    /** The last layer after attention, of first tokens alone: context and x [N, D] → [B, D]. */
    private State firstTokens(int l, SDVariable context, State x, LayerOutputs seen) {
        return afterAttention(l, parts.firstRows(context), parts.firstRows(x.sum()), RowKind.FIRST_TOKEN, seen);
    }

    private State beforeLastLayer(SDVariable tokens, LayerOutputs seen) {
        State x = embeddings(tokens); // [N, D]
        for (int l = 0; l < config.layers() - 1; l++) {
            x = afterAttention(l, attention(l, x, seen), x.sum(), RowKind.TOKEN, seen); // [N, D]
            seen.hidden().add(x.normalized());
            seen.states().add(List.of(x.sum(), x.normalized()));
        }
        return x;
    }

    /** tokens [N, D]. */
    private State embeddings(SDVariable tokens) {
        NormCall norm = norm(
                RowKind.TOKEN,
                new Dropout(DropoutSite.embeddings(), config.dropout().embeddings()));
        SDVariable gamma = parts.variable(EncoderPart.EMBEDDING_NORM.weight(), config.hidden());
        SDVariable x = new ScaleNorm(parts.graph(), new ScaleNormInputs<>(tokens, gamma), norm).normalized(); // [N, D]
        return new State(x, x);
    }

    /** Of layer {@code l}: context [N, D] and CLS attention [N, A], which is added to {@code seen}. */
    private SDVariable attention(int l, State x, LayerOutputs seen) {
        SDVariable qkv = parts.toHeads(l, x.normalized()); // [N, 3D]
        AttentionCall attention = new AttentionCall(
                l, config.heads(), new Dropout(DropoutSite.ATTENTION.in(l), config.attentionDropout()));
        RotaryCall call = rotary.isGlobal(l)
                ? new RotaryCall(attention, rotary.globalTheta(), RotaryCall.EVERYWHERE)
                : new RotaryCall(attention, rotary.localTheta(), rotary.reach());
        Attended<SDVariable> attended = new RotaryAttention(parts.graph(), qkv, call).attended();
        seen.clsAttention().add(attended.clsAttention()); // [N, A]
        return attended.context(); // [N, D]
    }

    /** What follows attention, row by row: context and x [R, D]. */
    private State afterAttention(int l, SDVariable context, SDVariable x, RowKind rows, LayerOutputs seen) {
        int d = config.hidden();
        int f = config.intermediate();
        SDVariable attended = parts.ofContext(l, context, EncoderPart.ATTENTION_OUTPUT.weight(l)); // [R, D]
        Dropout ofAttention =
                new Dropout(DropoutSite.ATTENTION_OUTPUT.in(l), config.dropout().attentionOutput());
        State middle = next(attended, x, EncoderPart.OUTPUT_NORM.weight(l), norm(rows, ofAttention)); // [R, D]
        SDVariable wide = parts.linear(middle.normalized(), EncoderPart.INTERMEDIATE.weight(l), 2 * f, d); // [R, 2F]
        Dropout inner = new Dropout(
                DropoutSite.inner(config.layers(), l), config.dropout().inner());
        SDVariable gated = new GatedGelu(parts.graph(), wide, new GateCall(rows, inner)).gated(); // [R, F]
        seen.neurons().add(gated);
        SDVariable narrow = parts.linear(gated, EncoderPart.OUTPUT.weight(l), d, f); // [R, D]
        Dropout ofOutput =
                new Dropout(DropoutSite.OUTPUT.in(l), config.dropout().output());
        return next(narrow, middle.sum(), normAfter(l), norm(rows, ofOutput)); // [R, D]
    }

    /** γ of the norm after layer {@code l}: that of the next layer's attention, or the final one. */
    private String normAfter(int l) {
        return l + 1 < config.layers() ? EncoderPart.ATTENTION_NORM.weight(l + 1) : EncoderPart.FINAL_NORM.weight();
    }

    /** h and x [R, D]. */
    private State next(SDVariable h, SDVariable x, String gamma, NormCall norm) {
        SumNorm sum =
                new SumNorm(parts.graph(), new SumNormInputs<>(h, x, parts.variable(gamma, config.hidden())), norm);
        return new State(sum.sum(), sum.normalized());
    }

    private NormCall norm(RowKind rows, Dropout dropout) {
        return new NormCall(rows, dropout, config.layerNormEpsilon());
    }
}
