// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

/**
 * The places of dropout in the encoder. Each place in each layer has its own number, so each drops different entries.
 */
public enum DropoutSite {
    /** On attention probabilities. */
    ATTENTION(1),
    /** After the output projection of attention. */
    ATTENTION_OUTPUT(2),
    /** After the feed-forward part. */
    OUTPUT(3);

    private static final int SITES_OF_LAYER = 3;

    private final int number;

    DropoutSite(int number) {
        this.number = number;
    }

    /** On embeddings. */
    public static int embeddings() {
        return 0;
    }

    /** The number of this place in layer {@code layer}. */
    public int in(int layer) {
        return number + SITES_OF_LAYER * layer;
    }

    /**
     * On the vectors of distances in layer {@code layer}.
     *
     * @param layers L
     */
    public static int distances(int layers, int layer) {
        return 3 + SITES_OF_LAYER * layers + layer;
    }

    /**
     * Between the linear layers of the feed-forward part in layer {@code layer}.
     *
     * @param layers L
     */
    public static int inner(int layers, int layer) {
        return 3 + (SITES_OF_LAYER + 1) * layers + layer;
    }

    /**
     * In the convolution beside the first layer.
     *
     * @param layers L
     */
    public static int convolution(int layers) {
        return 3 + (SITES_OF_LAYER + 2) * layers;
    }

    /**
     * Before the last projection of the classifier.
     *
     * @param layers L
     */
    public static int projection(int layers) {
        return 1 + SITES_OF_LAYER * layers;
    }

    /**
     * Before the inner dense layer of the classifier.
     *
     * @param layers L
     */
    public static int innerDense(int layers) {
        return 2 + SITES_OF_LAYER * layers;
    }
}
