// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.io.Serializable;

/**
 * How an encoder computes, for any sizes. Families differ in these components. A new family adds a value to a
 * component, and the compiler shows the places that must know it.
 *
 * @param positions how the embeddings contain a token's position
 * @param projection where embeddings get the width D, if theirs is another
 * @param attention the kind of attention
 * @param feedForward the part after attention, token by token
 * @param normalization the places of LayerNorms
 * @param layerSharing which layers share parameters
 * @param biases which linear layers and normalizations have one
 */
public record Architecture(
        Positions positions,
        EmbeddingProjection projection,
        Attention attention,
        FeedForward feedForward,
        Normalization normalization,
        LayerSharing layerSharing,
        Biases biases)
        implements Serializable {

    /**
     * The architecture of BERT and its nearest relatives: Devlin and others, <em>BERT: Pre-training of Deep
     * Bidirectional Transformers</em>, 2019.
     *
     * @param positionOffset position of a text's first token
     * @param layerNormEpsilon added to the variance
     */
    public static Architecture bert(int positionOffset, double layerNormEpsilon) {
        return new Architecture(
                new Positions.Learned(positionOffset),
                EmbeddingProjection.WHERE_WIDTHS_DIFFER,
                new Attention.DotProduct(),
                new FeedForward.TwoLayers(Activation.GELU),
                new Normalization.AfterResidual(layerNormEpsilon),
                LayerSharing.NONE,
                Biases.ALL);
    }
}
