// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.io.Serializable;

/**
 * An encoder as it is computed, for any family: architecture, sizes and rates. Every part of the program gets the
 * encoder's form from here; its parameters are those of {@link ParameterList}.
 *
 * @param initializerRange standard deviation of a new matrix's entries
 * @param padTokenId id of the padding token; computing does not need it, as texts are packed
 */
public record EncoderConfig(
        Architecture architecture, Sizes sizes, DropoutRates dropout, double initializerRange, int padTokenId)
        implements Serializable {

    public EncoderConfig {
        if (!(initializerRange > 0)) {
            throw new IllegalArgumentException("initializer range " + initializerRange + " is not above 0");
        }
    }

    /** Builds an encoder; sizes and rates follow. */
    public static Builder builder(Architecture architecture) {
        return new Builder(architecture);
    }

    /** V. */
    public int vocabulary() {
        return sizes.vocabulary();
    }

    /** Number of positions, with the unused ones before the first token's. */
    public int positions() {
        return sizes.positions();
    }

    /** Position of a text's first token. */
    public int positionOffset() {
        return architecture.positions().offset();
    }

    /** Rows of the token type embedding; 0: there is none. */
    public int tokenTypes() {
        return sizes.tokenTypes();
    }

    /** W, width of the embeddings. */
    public int embedding() {
        return sizes.embedding();
    }

    /** D. */
    public int hidden() {
        return sizes.hidden();
    }

    /** A. */
    public int heads() {
        return sizes.heads();
    }

    /** L. */
    public int layers() {
        return sizes.layers();
    }

    /** F. */
    public int intermediate() {
        return sizes.intermediate();
    }

    /** E = D / A. */
    public int headSize() {
        return hidden() / heads();
    }

    /** The longest text for which there are positions, in tokens, with special ones. */
    public int maxTokens() {
        return positions() - positionOffset();
    }

    /** Whether embeddings are projected from their own width to D. */
    public boolean projectsEmbeddings() {
        return switch (architecture.projection()) {
            case AFTER_NORM, BEFORE_NORM -> embedding() != hidden();
            case ALWAYS_AFTER_NORM -> true;
        };
    }

    /** The same with parameters of its own for each layer. */
    public EncoderConfig withLayersApart() {
        return new EncoderConfig(architecture.with(LayerSharing.NONE), sizes, dropout, initializerRange, padTokenId);
    }

    /** Added to the variance. */
    public double layerNormEpsilon() {
        return architecture.normalization().epsilon();
    }

    /** Dropout of the output of the attention part; in families with BERT's keys also of the embeddings; [0, 1). */
    public double hiddenDropout() {
        return dropout.attentionOutput();
    }

    /** Dropout of attention probabilities; [0, 1). */
    public double attentionDropout() {
        return dropout.attention();
    }

    /** Dropout before the last projection; [0, 1). */
    public double classifierDropout() {
        return dropout.classifier();
    }

    /**
     * The layer under whose name layer {@code layer}'s parameters are listed: the layer itself, if layers share none.
     */
    public int parameterLayer(int layer) {
        return architecture.layerSharing().parameterLayer(layer);
    }

    /**
     * Whether the last layer may be computed for first tokens only: the classifier reads no others, and the attention
     * of one token can be computed alone.
     */
    public boolean readsFirstTokenOnly(ClassifierKind kind) {
        return kind.pooling().readsFirstTokenAlone() && architecture.attention().servesOneTokenAlone();
    }

    /** Names each number at the call. Sizes have no default but the embeddings' width, which is D. */
    public static final class Builder {
        private final Architecture architecture;
        private int vocabulary;
        private int positions;
        private int tokenTypes;
        private int embedding;
        private int hidden;
        private int heads;
        private int layers;
        private int intermediate;
        private double embeddingDropout = 0.1;
        private double attentionDropout = 0.1;
        private double attentionOutputDropout = 0.1;
        private double innerDropout;
        private double outputDropout = 0.1;
        private double classifierDropout = 0.1;
        private double initializerRange = 0.02;
        private int padTokenId;

        private Builder(Architecture architecture) {
            this.architecture = architecture;
        }

        public Builder vocabulary(int words) {
            this.vocabulary = words;
            return this;
        }

        public Builder positions(int count) {
            this.positions = count;
            return this;
        }

        /** 0 by default. */
        public Builder tokenTypes(int count) {
            this.tokenTypes = count;
            return this;
        }

        /** D by default. */
        public Builder embedding(int width) {
            this.embedding = width;
            return this;
        }

        public Builder hidden(int width) {
            this.hidden = width;
            return this;
        }

        public Builder heads(int count) {
            this.heads = count;
            return this;
        }

        public Builder layers(int count) {
            this.layers = count;
            return this;
        }

        public Builder intermediate(int width) {
            this.intermediate = width;
            return this;
        }

        /** Of the embeddings, and of the outputs of both parts of a layer; 0.1 by default. */
        public Builder hiddenDropout(double rate) {
            this.embeddingDropout = rate;
            this.attentionOutputDropout = rate;
            this.outputDropout = rate;
            return this;
        }

        public Builder embeddingDropout(double rate) {
            this.embeddingDropout = rate;
            return this;
        }

        public Builder attentionOutputDropout(double rate) {
            this.attentionOutputDropout = rate;
            return this;
        }

        /** Between the linear layers of the feed-forward part; 0 by default. */
        public Builder innerDropout(double rate) {
            this.innerDropout = rate;
            return this;
        }

        /** Of the output of the feed-forward part alone. */
        public Builder outputDropout(double rate) {
            this.outputDropout = rate;
            return this;
        }

        /** Every rate. */
        public Builder dropout(DropoutRates rates) {
            this.embeddingDropout = rates.embeddings();
            this.attentionDropout = rates.attention();
            this.attentionOutputDropout = rates.attentionOutput();
            this.innerDropout = rates.inner();
            this.outputDropout = rates.output();
            this.classifierDropout = rates.classifier();
            return this;
        }

        /** Of the attention probabilities; 0.1 by default. */
        public Builder attentionDropout(double rate) {
            this.attentionDropout = rate;
            return this;
        }

        /** Before the last projection; 0.1 by default. */
        public Builder classifierDropout(double rate) {
            this.classifierDropout = rate;
            return this;
        }

        /** 0.02 by default. */
        public Builder initializerRange(double deviation) {
            this.initializerRange = deviation;
            return this;
        }

        /** 0 by default. */
        public Builder padTokenId(int id) {
            this.padTokenId = id;
            return this;
        }

        /** @throws IllegalArgumentException for a missing size, or a number out of its range */
        public EncoderConfig build() {
            Sizes sizes = new Sizes(
                    vocabulary,
                    positions,
                    tokenTypes,
                    embedding == 0 ? hidden : embedding,
                    hidden,
                    heads,
                    layers,
                    intermediate);
            DropoutRates dropout = new DropoutRates(
                    embeddingDropout,
                    attentionDropout,
                    attentionOutputDropout,
                    innerDropout,
                    outputDropout,
                    classifierDropout);
            return new EncoderConfig(architecture, sizes, dropout, initializerRange, padTokenId);
        }
    }
}
