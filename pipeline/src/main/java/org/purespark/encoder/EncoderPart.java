// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

/**
 * The parts of encoders and classifiers that have parameters. The {@link ParameterList} of an encoder has its parts. If
 * BERT has such a part, its name is that of Hugging Face's BERT without prefix.
 */
public enum EncoderPart {
    WORD_EMBEDDINGS(Place.ONCE, "embeddings.word_embeddings"),
    POSITION_EMBEDDINGS(Place.ONCE, "embeddings.position_embeddings"),
    TOKEN_TYPE_EMBEDDINGS(Place.ONCE, "embeddings.token_type_embeddings"),
    EMBEDDING_NORM(Place.ONCE, "embeddings.LayerNorm"),
    /** From the embeddings' width to D. */
    EMBEDDING_PROJECTION(Place.ONCE, "embeddings_project"),
    /** What distances add to the scores of attention in all layers: one row a bucket, one column a head. */
    DISTANCE_SCORES(Place.ONCE, "encoder.relative_attention_bias"),
    /** Vectors of distances between two tokens, for all layers. */
    RELATIVE_EMBEDDINGS(Place.ONCE, "encoder.rel_embeddings"),
    RELATIVE_NORM(Place.ONCE, "encoder.LayerNorm"),
    QUERY(Place.LAYER, "attention.self.query"),
    KEY(Place.LAYER, "attention.self.key"),
    VALUE(Place.LAYER, "attention.self.value"),
    /** Of distances, where they do not take the weight of queries. */
    POSITION_QUERY(Place.LAYER, "attention.self.pos_query_proj"),
    /** Of distances, where they do not take the weight of keys. */
    POSITION_KEY(Place.LAYER, "attention.self.pos_key_proj"),
    /** Vectors of distances between two tokens, for all heads of a layer. */
    DISTANCE_EMBEDDINGS(Place.LAYER, "attention.self.distance_embedding"),
    ATTENTION_OUTPUT(Place.LAYER, "attention.output.dense"),
    ATTENTION_NORM(Place.LAYER, "attention.output.LayerNorm"),
    /** From D to F. */
    INTERMEDIATE(Place.LAYER, "intermediate.dense"),
    /** From F to D. */
    OUTPUT(Place.LAYER, "output.dense"),
    OUTPUT_NORM(Place.LAYER, "output.LayerNorm"),
    /** Beside the first layer. */
    CONVOLUTION(Place.ONCE, "encoder.conv.conv"),
    /** After the first layer and the convolution. */
    CONVOLUTION_NORM(Place.ONCE, "encoder.conv.LayerNorm"),
    /** After the last layer. */
    FINAL_NORM(Place.ONCE, "final_norm"),
    /** A classifier's inner layer. */
    CLASSIFIER_DENSE(Place.ONCE, "classifier.dense"),
    /** After a classifier's inner layer. */
    CLASSIFIER_NORM(Place.ONCE, "classifier.norm"),
    /** The last projection, to C classes. */
    CLASSIFIER(Place.ONCE, "classifier");

    private enum Place {
        ONCE,
        LAYER
    }

    private final Place place;
    private final String path;

    EncoderPart(Place place, String path) {
        this.place = place;
        this.path = path;
    }

    /** Whether each layer has one. */
    public boolean inLayers() {
        return place == Place.LAYER;
    }

    /** Whether it belongs to the classifier, not to the encoder. */
    public boolean inClassifier() {
        return this == CLASSIFIER_DENSE || this == CLASSIFIER_NORM || this == CLASSIFIER;
    }

    /**
     * The name of a part that exists once: {@code embeddings.LayerNorm}.
     *
     * @throws IllegalStateException if each layer has one
     */
    public String path() {
        if (inLayers()) {
            throw new IllegalStateException(name() + " stands in each layer: name the layer");
        }
        return path;
    }

    /**
     * The name of a layer's part: {@code encoder.layer.3.attention.self.query}.
     *
     * @param layer counted from 0
     * @throws IllegalStateException if the part exists once
     */
    public String path(int layer) {
        if (!inLayers()) {
            throw new IllegalStateException(name() + " stands once, not in layer " + layer);
        }
        return "encoder.layer." + layer + "." + path;
    }

    /** The part's name within a layer, or its whole name if it exists once. */
    public String localPath() {
        return path;
    }

    /** The name of the weight of a part that exists once: a matrix, a table or a norm's scale. */
    public String weight() {
        return path() + ParameterSpec.WEIGHT;
    }

    /** The name of the bias of a part that exists once. */
    public String bias() {
        return path() + ParameterSpec.BIAS;
    }

    /** The name of the weight of a layer's part. */
    public String weight(int layer) {
        return path(layer) + ParameterSpec.WEIGHT;
    }

    /** The name of the bias of a layer's part. */
    public String bias(int layer) {
        return path(layer) + ParameterSpec.BIAS;
    }
}
