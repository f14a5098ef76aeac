// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.purespark.encoder.Activation;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.FeedForward;
import org.purespark.encoder.ParameterSpec;
import org.purespark.encoder.Sizes;

/**
 * DistilBERT. It has other keys and names than BERT, no token types, and fixes LayerNorm's epsilon in its code; its
 * sequence classifier is dense, ReLU, dropout.
 */
public final class DistilBert implements Family {
    private static final double EPSILON = 1e-12;

    /** Keys of other families that transformers takes for DistilBERT's own; they win where both are there. */
    private static final Map<String, String> OTHER_KEYS =
            Map.of("dim", "hidden_size", "n_layers", "num_hidden_layers", "n_heads", "num_attention_heads");

    private static final Map<EncoderPart, String> LAYER_NAMES = Map.of(
            EncoderPart.QUERY, "attention.q_lin",
            EncoderPart.KEY, "attention.k_lin",
            EncoderPart.VALUE, "attention.v_lin",
            EncoderPart.ATTENTION_OUTPUT, "attention.out_lin",
            EncoderPart.ATTENTION_NORM, "sa_layer_norm",
            EncoderPart.INTERMEDIATE, "ffn.lin1",
            EncoderPart.OUTPUT, "ffn.lin2",
            EncoderPart.OUTPUT_NORM, "output_layer_norm");

    @Override
    public String modelType() {
        return "distilbert";
    }

    @Override
    public String className(String suffix) {
        return "DistilBert" + suffix;
    }

    @Override
    public String prefix() {
        return "distilbert.";
    }

    @Override
    public EncoderConfig read(ConfigKeys keys) {
        Activation activation = keys.activation("activation", Activation.GELU);
        keys.requireAbsolutePositions();
        String dim = key(keys, "dim");
        int hidden = keys.positive(dim, 768, Sizes.MOST_WIDTH);
        return EncoderConfig.builder(Architecture.bert(0, EPSILON).with(new FeedForward.TwoLayers(activation)))
                .vocabulary(keys.positive("vocab_size", 30522, Sizes.MOST_ROWS))
                .hidden(hidden)
                .layers(keys.positive(key(keys, "n_layers"), 6, Sizes.MOST_LAYERS))
                .heads(keys.divisorOf(hidden, dim, key(keys, "n_heads"), 12))
                .intermediate(keys.positive("hidden_dim", 3072, Sizes.MOST_WIDTH))
                .positions(keys.positive("max_position_embeddings", 512, Sizes.MOST_ROWS))
                .hiddenDropout(keys.probability("dropout", 0.1))
                .attentionDropout(keys.probability("attention_dropout", 0.1))
                .classifierDropout(
                        keys.isSequenceClassifier()
                                ? keys.probability("seq_classif_dropout", 0.2)
                                : ConfigKeys.LINEAR_CLASSIFIER_DROPOUT)
                .initializerRange(keys.positiveNumber("initializer_range", 0.02))
                .padTokenId(keys.natural("pad_token_id", 0, Sizes.MOST_ROWS))
                .build();
    }

    /** The key that counts. */
    private static String key(ConfigKeys keys, String own) {
        String other = OTHER_KEYS.get(own);
        return keys.has(other) ? other : own;
    }

    @Override
    public void write(EncoderConfig encoder, ObjectNode raw) {
        raw.remove(OTHER_KEYS.values());
        raw.put("vocab_size", encoder.vocabulary());
        raw.put("max_position_embeddings", encoder.positions());
        raw.put("initializer_range", encoder.initializerRange());
        raw.put("pad_token_id", encoder.padTokenId());
        raw.put("dim", encoder.hidden());
        raw.put("n_layers", encoder.layers());
        raw.put("n_heads", encoder.heads());
        raw.put("hidden_dim", encoder.intermediate());
        raw.put(
                "activation",
                ActivationNames.of(encoder.architecture().feedForward().activation()));
        raw.put("dropout", encoder.hiddenDropout());
        raw.put("attention_dropout", encoder.attentionDropout());
    }

    /** There is a key for sequence classifiers alone. */
    @Override
    public void writeClassifierDropout(ClassifierKind kind, double rate, ObjectNode raw) {
        if (kind.hasDense()) {
            raw.put("seq_classif_dropout", rate);
        }
    }

    @Override
    public SequenceHead sequenceHead() {
        ClassifierKind kind = ClassifierKind.dense(Activation.RELU, ClassifierKind.Input.AS_IT_IS);
        return new SequenceHead(kind, "pre_classifier", "classifier");
    }

    @Override
    public String tensorName(ParameterSpec parameter) {
        String part = LAYER_NAMES.get(parameter.part());
        return part == null
                ? parameter.name()
                : "transformer.layer." + parameter.layer() + "." + part
                        + parameter.role().suffix();
    }

    @Override
    public boolean modelAddsPooler() {
        return false;
    }
}
