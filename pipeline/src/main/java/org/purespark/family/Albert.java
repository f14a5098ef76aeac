// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.purespark.encoder.Activation;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.Attention.DistanceScale;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EmbeddingProjection;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.LayerSharing;
import org.purespark.encoder.ParameterSpec;
import org.purespark.encoder.Sizes;

/**
 * ALBERT (Lan and others, 2020): layers with common weights, and narrow embeddings that are projected. A model of as
 * many groups as layers has weights of its own in each layer; transformers opens it too, and so a head that is pruned
 * in one layer can be written. In transformers there is no dropout on what a feed-forward part gives. The sequence
 * classifier reads through the pooler: dense, tanh, dropout.
 */
public final class Albert extends BertKeys {
    private static final String EMBEDDING_SIZE = "embedding_size";
    private static final String CLASSIFIER_DROPOUT = "classifier_dropout_prob";
    private static final String GROUPS = "num_hidden_groups";
    private static final String INNER_GROUP = "inner_group_num";
    private static final String LAYERS = "num_hidden_layers";

    private static final Map<EncoderPart, String> LAYER_NAMES = Map.of(
            EncoderPart.QUERY, "attention.query",
            EncoderPart.KEY, "attention.key",
            EncoderPart.VALUE, "attention.value",
            EncoderPart.DISTANCE_EMBEDDINGS, "attention.distance_embedding",
            EncoderPart.ATTENTION_OUTPUT, "attention.dense",
            EncoderPart.ATTENTION_NORM, "attention.LayerNorm",
            EncoderPart.INTERMEDIATE, "ffn",
            EncoderPart.OUTPUT, "ffn_output",
            EncoderPart.OUTPUT_NORM, "full_layer_layer_norm");

    public Albert() {
        super(new Absent(30000, 4096, 64, 16384, 0, Activation.GELU_BY_TANH, 0));
    }

    @Override
    public String modelType() {
        return "albert";
    }

    @Override
    public String className(String suffix) {
        return "Albert" + suffix;
    }

    @Override
    public String prefix() {
        return "albert.";
    }

    @Override
    int embedding(ConfigKeys keys, int hidden) {
        return keys.positive(EMBEDDING_SIZE, 128, Sizes.MOST_WIDTH);
    }

    @Override
    Architecture architecture(ConfigKeys keys, Architecture bert) {
        return bert.with(EmbeddingProjection.ALWAYS_AFTER_NORM).with(sharing(keys));
    }

    /** transformers divides products of contents by √E, and adds those with distances after that. */
    @Override
    DistanceScale distanceScale() {
        return DistanceScale.NONE;
    }

    @Override
    double outputDropout(double hiddenDropout) {
        return 0;
    }

    /** One group of all layers, or a group for each layer; one layer in a group's inside. */
    private static LayerSharing sharing(ConfigKeys keys) {
        int inner = keys.positive(INNER_GROUP, 1, Sizes.MOST_LAYERS);
        if (inner != 1) {
            throw keys.invalid(INNER_GROUP, "is " + inner + "; only 1 is computed");
        }
        int layers = keys.positive(LAYERS, LAYERS_IF_ABSENT, Sizes.MOST_LAYERS);
        int groups = keys.positive(GROUPS, 1, Sizes.MOST_LAYERS);
        if (groups != 1 && groups != layers) {
            throw keys.invalid(GROUPS, "is " + groups + "; computed are 1, and as many as " + LAYERS + ", " + layers);
        }
        return groups == 1 ? LayerSharing.ALL : LayerSharing.NONE;
    }

    @Override
    double classifierDropout(ConfigKeys keys, double hiddenDropout) {
        return keys.probability(CLASSIFIER_DROPOUT, ConfigKeys.LINEAR_CLASSIFIER_DROPOUT);
    }

    @Override
    public void write(EncoderConfig encoder, ObjectNode raw) {
        super.write(encoder, raw);
        raw.put(EMBEDDING_SIZE, encoder.embedding());
        raw.put(INNER_GROUP, 1);
        raw.put(
                GROUPS,
                switch (encoder.architecture().layerSharing()) {
                    case ALL -> 1;
                    case NONE -> encoder.layers();
                });
    }

    @Override
    public void writeClassifierDropout(ClassifierKind kind, double rate, ObjectNode raw) {
        raw.put(CLASSIFIER_DROPOUT, rate);
    }

    @Override
    public SequenceHead sequenceHead() {
        ClassifierKind kind = ClassifierKind.dense(Activation.TANH, ClassifierKind.Input.AS_IT_IS);
        return new SequenceHead(kind, "albert.pooler", "classifier");
    }

    @Override
    public String tensorName(ParameterSpec parameter) {
        if (parameter.part() == EncoderPart.EMBEDDING_PROJECTION) {
            return "encoder.embedding_hidden_mapping_in" + parameter.role().suffix();
        }
        String part = LAYER_NAMES.get(parameter.part());
        return part == null
                ? parameter.name()
                : "encoder.albert_layer_groups." + parameter.layer() + ".albert_layers.0." + part
                        + parameter.role().suffix();
    }

    @Override
    public boolean modelAddsPooler() {
        return true;
    }
}
