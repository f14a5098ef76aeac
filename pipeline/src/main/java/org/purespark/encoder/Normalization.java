// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.io.Serializable;

/** Where hidden states are normalized (LayerNorm), and with which constant. */
public sealed interface Normalization extends Serializable {
    /** What is added to the variance; above 0. */
    double epsilon();

    /** Adds a layer's parameters beside its attention. */
    void addOfAttention(ParameterList.Builder list, int layer, Sizes sizes);

    /** Adds a layer's parameters beside its feed-forward part. */
    void addOfFeedForward(ParameterList.Builder list, int layer, Sizes sizes);

    /** Adds the parameters after the last layer. */
    default void addAtEnd(ParameterList.Builder list, Sizes sizes) {}

    /**
     * x + f(Norm(x)), and a norm after the last layer: "pre-norm". The first layer's attention takes the embeddings,
     * which are normalized, as they are.
     */
    record BeforePart(double epsilon) implements Normalization {
        public BeforePart {
            requirePositive(epsilon);
        }

        @Override
        public void addOfAttention(ParameterList.Builder list, int layer, Sizes sizes) {
            if (layer > 0) {
                list.norm(EncoderPart.ATTENTION_NORM, layer, sizes.hidden());
            }
        }

        @Override
        public void addOfFeedForward(ParameterList.Builder list, int layer, Sizes sizes) {
            list.norm(EncoderPart.OUTPUT_NORM, layer, sizes.hidden());
        }

        @Override
        public void addAtEnd(ParameterList.Builder list, Sizes sizes) {
            list.norm(EncoderPart.FINAL_NORM, ParameterSpec.NO_LAYER, sizes.hidden());
        }
    }

    private static void requirePositive(double epsilon) {
        if (!(epsilon > 0)) {
            throw new IllegalArgumentException("LayerNorm's epsilon " + epsilon + " is not above 0");
        }
    }

    /** Norm(x + f(x)), f being the attention or the feed-forward part: "post-norm", as in BERT. */
    record AfterResidual(double epsilon) implements Normalization {
        public AfterResidual {
            requirePositive(epsilon);
        }

        @Override
        public void addOfAttention(ParameterList.Builder list, int layer, Sizes sizes) {
            list.norm(EncoderPart.ATTENTION_NORM, layer, sizes.hidden());
        }

        @Override
        public void addOfFeedForward(ParameterList.Builder list, int layer, Sizes sizes) {
            list.norm(EncoderPart.OUTPUT_NORM, layer, sizes.hidden());
        }
    }
}
