package org.purespark.checkpoint;

import java.io.Serializable;

/**
 * Shape and constants of an encoder, whatever its family calls them.
 *
 * @param vocabulary V, rows of the word embedding
 * @param hidden D
 * @param embedding width of the embeddings; D but for ELECTRA, which projects it to D where it differs
 * @param layers L
 * @param heads A, a divisor of D
 * @param intermediate width of the feed-forward layer
 * @param positions rows of the position embedding
 * @param positionOffset row of a text's first token: 0, for RoBERTa padding id + 1
 * @param tokenTypes rows of the token type embedding; 0 where the family has none (DistilBERT)
 * @param layerNormEpsilon added to the variance
 * @param hiddenDropout 0 to below 1, on embeddings and on the outputs of attention and feed-forward layers
 * @param attentionDropout 0 to below 1, on attention probabilities
 * @param classifierDropout 0 to below 1, before the last projection
 * @param initializerRange standard deviation of a new classifier's weights
 * @param padTokenId id of the padding token
 */
public record EncoderConfig(
        Family family,
        int vocabulary,
        int hidden,
        int embedding,
        int layers,
        int heads,
        int intermediate,
        int positions,
        int positionOffset,
        int tokenTypes,
        double layerNormEpsilon,
        double hiddenDropout,
        double attentionDropout,
        double classifierDropout,
        double initializerRange,
        int padTokenId)
        implements Serializable {

    public EncoderConfig {
        if (hidden % heads != 0) {
            throw new IllegalArgumentException("hidden size " + hidden + " is no multiple of " + heads + " heads");
        }
    }

    /** E = D / A. */
    public int headSize() {
        return hidden / heads;
    }

    /** The longest text in tokens, special ones included, that the position embedding has rows for. */
    public int maxTokens() {
        return positions - positionOffset;
    }

    /** Whether embeddings are projected from their own width to D. */
    public boolean projectsEmbeddings() {
        return embedding != hidden;
    }
}
