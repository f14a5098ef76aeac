// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.encoder.Activation;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.model.engine.Dropout;
import org.purespark.model.engine.DropoutSite;
import org.purespark.model.engine.NormKernels.NormCall;
import org.purespark.model.engine.NormKernels.ScaleNormInputs;
import org.purespark.model.engine.RowKernels.EntryFunction;
import org.purespark.model.engine.RowKernels.GateCall;
import org.purespark.model.engine.TextBatch.RowKind;
import org.purespark.model.ops.DropRows;
import org.purespark.model.ops.MeanRows;
import org.purespark.model.ops.ScaleNorm;

/** The classifier: from the last hidden states to logits. The letters are those of {@link EncoderGraph}. */
final class ClassifierParts {
    private final GraphParts parts;
    private final SameDiff graph;
    private final EncoderConfig config;
    private final ClassifierKind kind;
    private final double rate;

    /** @param rate of dropout before the last projection */
    ClassifierParts(GraphParts parts, ClassifierKind kind, double rate) {
        this.parts = parts;
        this.graph = parts.graph();
        this.config = parts.config();
        this.kind = kind;
        this.rate = rate;
    }

    /** The rows that the classifier reads: hidden [N, D] → [B, D]. */
    SDVariable pooled(SDVariable hidden) {
        return switch (kind.pooling()) {
            case FIRST_TOKEN -> parts.firstRows(hidden);
            case MEAN -> new MeanRows(graph, hidden).outputVariable();
        };
    }

    /**
     * x [B, D] → logits [B, C]; the kind decides the activation and the places of dropout.
     *
     * @param classes C
     */
    SDVariable logits(SDVariable x, int classes) {
        Dropout beforeProjection = new Dropout(DropoutSite.projection(config.layers()), rate);
        SDVariable features = x; // [B, D]
        if (kind.inner() instanceof ClassifierKind.Inner.Dense dense) {
            features = features(x, dense); // [B, D]
        } else if (kind.inner() instanceof ClassifierKind.Inner.DenseNorm dense) {
            features = features(x, dense); // [B, D]
        }
        return parts.affine(drop(features, beforeProjection), EncoderPart.CLASSIFIER.path(), classes, config.hidden());
    }

    private SDVariable features(SDVariable x, ClassifierKind.Inner.Dense dense) {
        int d = config.hidden();
        SDVariable read =
                switch (dense.input()) {
                    case AS_IT_IS -> x;
                    case WITH_DROPOUT -> drop(x, new Dropout(DropoutSite.innerDense(config.layers()), rate));
                };
        SDVariable product = parts.linear(read, EncoderPart.CLASSIFIER_DENSE.weight(), d, d); // [B, D]
        String bias = EncoderPart.CLASSIFIER_DENSE.bias();
        return switch (dense.activation()) {
            case TANH -> parts.entryWise(parts.plusBias(product, bias, d), EntryFunction.TANH);
            case RELU -> parts.entryWise(parts.plusBias(product, bias, d), EntryFunction.RELU);
            case GELU, GELU_BY_TANH, SILU -> parts.activated(product, bias, d, dense.activation());
        };
    }

    private SDVariable features(SDVariable x, ClassifierKind.Inner.DenseNorm dense) {
        int d = config.hidden();
        SDVariable product = parts.linear(x, EncoderPart.CLASSIFIER_DENSE.weight(), d, d); // [B, D]
        SDVariable activated = parts.entryWise(product, withoutBias(dense.activation())); // [B, D]
        SDVariable gamma = parts.variable(EncoderPart.CLASSIFIER_NORM.weight(), d); // [D]
        Dropout none = new Dropout(DropoutSite.innerDense(config.layers()), 0);
        NormCall norm = new NormCall(RowKind.FIRST_TOKEN, none, config.layerNormEpsilon());
        return new ScaleNorm(graph, new ScaleNormInputs<>(activated, gamma), norm).normalized(); // [B, D]
    }

    private static EntryFunction withoutBias(Activation activation) {
        return switch (activation) {
            case GELU -> EntryFunction.GELU;
            case TANH -> EntryFunction.TANH;
            case RELU -> EntryFunction.RELU;
            case GELU_BY_TANH, SILU -> throw new IllegalArgumentException(
                    activation + " before a classifier's norm is not computed");
        };
    }

    /** Dropout on one row for each text: x [B, D] → [B, D]. */
    private SDVariable drop(SDVariable x, Dropout dropout) {
        return new DropRows(graph, x, new GateCall(RowKind.FIRST_TOKEN, dropout)).outputVariable();
    }
}
