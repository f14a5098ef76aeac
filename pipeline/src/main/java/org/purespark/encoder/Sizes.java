// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.io.Serializable;

/**
 * The sizes of an encoder. Made by {@link EncoderConfig.Builder}, which names each number.
 *
 * @param vocabulary V, rows of the word embedding
 * @param positions number of positions, with the unused ones before the first token's
 * @param tokenTypes rows of the token type embedding; 0: there is none
 * @param embedding width of the embeddings; if it is not D, they are projected to D
 * @param hidden D
 * @param heads A, a divisor of D
 * @param layers L
 * @param intermediate F, width of the feed-forward part
 */
public record Sizes(
        int vocabulary,
        int positions,
        int tokenTypes,
        int embedding,
        int hidden,
        int heads,
        int layers,
        int intermediate)
        implements Serializable {

    /** The most rows of an embedding: words, positions or types. */
    public static final int MOST_ROWS = 10_000_000;

    /** The most entries of an embedding, a hidden state or an intermediate one. */
    public static final int MOST_WIDTH = 262_144;

    /** The most layers. */
    public static final int MOST_LAYERS = 1_000;

    /** The most heads of a layer. */
    public static final int MOST_HEADS = 1_024;

    public Sizes {
        requirePositive("vocabulary", vocabulary);
        requirePositive("positions", positions);
        requirePositive("embedding", embedding);
        requirePositive("hidden", hidden);
        requirePositive("heads", heads);
        requirePositive("layers", layers);
        requirePositive("intermediate", intermediate);
        if (tokenTypes < 0) {
            throw new IllegalArgumentException("encoder size tokenTypes is " + tokenTypes + ", expected 0 or more");
        }
        if (hidden % heads != 0) {
            throw new IllegalArgumentException("hidden size " + hidden + " is no multiple of " + heads + " heads");
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("encoder size " + name + " is " + value + ", expected at least 1");
        }
    }
}
