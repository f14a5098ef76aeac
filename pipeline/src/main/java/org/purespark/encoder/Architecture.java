// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.io.Serializable;

/**
 * How an encoder computes, for any sizes. Families differ in these components. A new family adds a value to a
 * component, and the compiler shows the places that must know it.
 *
 * @param positions how the embeddings contain a token's position
 * @param projection where, and whether, embeddings get the width D
 * @param attention the kind of attention
 * @param feedForward the part after attention, token by token
 * @param normalization the places of LayerNorms
 * @param layerSharing which layers share parameters
 * @param convolution beside the first layer
 * @param biases which linear layers and normalizations have one
 */
public record Architecture(
        Positions positions,
        EmbeddingProjection projection,
        Attention attention,
        FeedForward feedForward,
        Normalization normalization,
        LayerSharing layerSharing,
        Convolution convolution,
        Biases biases)
        implements Serializable {

    /** The same with positions in the embeddings in another way. */
    public Architecture with(Positions other) {
        return new Architecture(
                other, projection, attention, feedForward, normalization, layerSharing, convolution, biases);
    }

    /** The same with another projection of embeddings. */
    public Architecture with(EmbeddingProjection other) {
        return new Architecture(
                positions, other, attention, feedForward, normalization, layerSharing, convolution, biases);
    }

    /** The same with another kind of attention. */
    public Architecture with(Attention other) {
        return new Architecture(
                positions, projection, other, feedForward, normalization, layerSharing, convolution, biases);
    }

    /** The same with another part after attention. */
    public Architecture with(FeedForward other) {
        return new Architecture(
                positions, projection, attention, other, normalization, layerSharing, convolution, biases);
    }

    /** The same with other layers in common. */
    public Architecture with(LayerSharing other) {
        return new Architecture(
                positions, projection, attention, feedForward, normalization, other, convolution, biases);
    }

    /** The same with another convolution. */
    public Architecture with(Convolution other) {
        return new Architecture(
                positions, projection, attention, feedForward, normalization, layerSharing, other, biases);
    }

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
                EmbeddingProjection.AFTER_NORM,
                new Attention.DotProduct(),
                new FeedForward.TwoLayers(Activation.GELU),
                new Normalization.AfterResidual(layerNormEpsilon),
                LayerSharing.NONE,
                new Convolution.None(),
                Biases.ALL);
    }
}
