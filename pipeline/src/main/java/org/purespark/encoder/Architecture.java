package org.purespark.encoder;

import java.io.Serializable;

/**
 * How an encoder computes, whatever its sizes. Each component is an axis on which families differ; a family that is
 * different there adds a value to the axis, and the compiler names the places that have to know it.
 *
 * @param positions how the embeddings tell a token's position
 * @param attention how tokens look at one another
 * @param feedForward what follows, token by token
 * @param normalization where LayerNorms stand
 * @param layerSharing which layers have parameters in common
 * @param biases which linear layers and normalizations have one
 */
public record Architecture(
        Positions positions,
        Attention attention,
        FeedForward feedForward,
        Normalization normalization,
        LayerSharing layerSharing,
        Biases biases)
        implements Serializable {

    /**
     * What BERT and its nearest relatives are: Devlin and others, <em>BERT: Pre-training of Deep Bidirectional
     * Transformers</em>, 2019.
     *
     * @param positionOffset position of a text's first token
     * @param layerNormEpsilon added to the variance
     */
    public static Architecture bert(int positionOffset, double layerNormEpsilon) {
        return new Architecture(
                new Positions.Learned(positionOffset),
                new Attention.DotProduct(),
                new FeedForward.TwoLayers(Activation.GELU),
                new Normalization.AfterResidual(layerNormEpsilon),
                LayerSharing.NONE,
                Biases.ALL);
    }
}
