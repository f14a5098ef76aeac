// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.encoder.Activation;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.Attention;
import org.purespark.encoder.Attention.DistanceScale;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.FeedForward;
import org.purespark.encoder.Positions;
import org.purespark.encoder.Sizes;

/** The families whose {@code config.json} has BERT's keys. */
abstract class BertKeys implements Family {
    /**
     * The values of missing keys.
     *
     * @param padTokenId of {@code pad_token_id}
     * @param activation of {@code hidden_act}
     * @param dropout of {@code hidden_dropout_prob} and {@code attention_probs_dropout_prob}
     */
    record Absent(
            int vocabulary,
            int hidden,
            int heads,
            int intermediate,
            int padTokenId,
            Activation activation,
            double dropout) {
        /** With gelu, and dropout 0.1 of hidden states and of attention. */
        Absent(int vocabulary, int hidden, int heads, int intermediate, int padTokenId) {
            this(vocabulary, hidden, heads, intermediate, padTokenId, Activation.GELU, 0.1);
        }
    }

    static final int LAYERS_IF_ABSENT = 12;

    private final Absent absent;

    BertKeys(Absent absent) {
        this.absent = absent;
    }

    /** Width of the embeddings. */
    int embedding(ConfigKeys keys, int hidden) {
        return hidden;
    }

    /** Position of a text's first token. */
    int positionOffset(int padTokenId) {
        return 0;
    }

    /** Rows of the token type embedding; 0: there is none. */
    int tokenTypes(ConfigKeys keys) {
        return keys.positive("type_vocab_size", 2, Sizes.MOST_ROWS);
    }

    /**
     * How the family computes.
     *
     * @param bert how BERT would, with the file's constants
     */
    Architecture architecture(ConfigKeys keys, Architecture bert) {
        return bert;
    }

    /** What products with distances are divided by, where there are such. */
    DistanceScale distanceScale() {
        return DistanceScale.AS_CONTENTS;
    }

    /** Dropout of what a feed-forward part gives. */
    double outputDropout(double hiddenDropout) {
        return hiddenDropout;
    }

    /** Dropout before the last projection. */
    double classifierDropout(ConfigKeys keys, double hiddenDropout) {
        return keys.probability(
                "classifier_dropout",
                keys.isSequenceClassifier() ? hiddenDropout : ConfigKeys.LINEAR_CLASSIFIER_DROPOUT);
    }

    @Override
    public EncoderConfig read(ConfigKeys keys) {
        Activation activation = keys.activation("hidden_act", absent.activation());
        int hidden = keys.positive("hidden_size", absent.hidden(), Sizes.MOST_WIDTH);
        double hiddenDropout = keys.probability("hidden_dropout_prob", absent.dropout());
        int padTokenId = keys.natural("pad_token_id", absent.padTokenId(), Sizes.MOST_ROWS);
        int vocabulary = keys.positive("vocab_size", absent.vocabulary(), Sizes.MOST_ROWS);
        int embedding = embedding(keys, hidden);
        int layers = keys.positive("num_hidden_layers", LAYERS_IF_ABSENT, Sizes.MOST_LAYERS);
        int heads = keys.divisorOf(hidden, "hidden_size", "num_attention_heads", absent.heads());
        int intermediate = keys.positive("intermediate_size", absent.intermediate(), Sizes.MOST_WIDTH);
        int positions = keys.positive("max_position_embeddings", 512, Sizes.MOST_ROWS);
        int tokenTypes = tokenTypes(keys);
        double epsilon = keys.positiveNumber("layer_norm_eps", 1e-12);
        Architecture bert =
                Architecture.bert(positionOffset(padTokenId), epsilon).with(new FeedForward.TwoLayers(activation));
        return EncoderConfig.builder(architecture(keys, positioned(keys, bert)))
                .vocabulary(vocabulary)
                .positions(positions)
                .tokenTypes(tokenTypes)
                .embedding(embedding)
                .hidden(hidden)
                .heads(heads)
                .layers(layers)
                .intermediate(intermediate)
                .hiddenDropout(hiddenDropout)
                .outputDropout(outputDropout(hiddenDropout))
                .attentionDropout(keys.probability("attention_probs_dropout_prob", absent.dropout()))
                .classifierDropout(classifierDropout(keys, hiddenDropout))
                .initializerRange(keys.positiveNumber("initializer_range", 0.02))
                .padTokenId(padTokenId)
                .build();
    }

    private Architecture positioned(ConfigKeys keys, Architecture bert) {
        PositionEmbeddingType type = PositionEmbeddingType.of(keys);
        return type == PositionEmbeddingType.ABSOLUTE
                ? bert
                : bert.with(new Positions.None()).with(new Attention.RelativeKeys(type.terms(), distanceScale()));
    }

    private static boolean isRelative(EncoderConfig encoder) {
        return encoder.architecture().attention() instanceof Attention.RelativeKeys;
    }

    /** The classes of transformers have vectors of positions even where they add none. */
    @Override
    public SortedMap<String, int[]> unread(EncoderConfig encoder) {
        return isRelative(encoder)
                ? new TreeMap<>(Map.of(
                        EncoderPart.POSITION_EMBEDDINGS.weight(), new int[] {encoder.positions(), encoder.embedding()}))
                : Collections.emptySortedMap();
    }

    @Override
    public List<String> notices(EncoderConfig encoder) {
        return isRelative(encoder)
                ? List.of("transformers 5 computes something else for this model: it has dropped relative positions (\""
                        + PositionEmbeddingType.KEY + "\" is \""
                        + PositionEmbeddingType.of(encoder.architecture().attention())
                                .word()
                        + "\"), opens the model and leaves its vectors of distances out; open it in transformers 4"
                        + " (pip install \"transformers<5\")")
                : List.of();
    }

    @Override
    public void write(EncoderConfig encoder, ObjectNode raw) {
        raw.put("vocab_size", encoder.vocabulary());
        raw.put("max_position_embeddings", encoder.positions());
        raw.put("initializer_range", encoder.initializerRange());
        raw.put("pad_token_id", encoder.padTokenId());
        raw.put("hidden_size", encoder.hidden());
        raw.put("num_hidden_layers", encoder.layers());
        raw.put("num_attention_heads", encoder.heads());
        raw.put("intermediate_size", encoder.intermediate());
        raw.put(
                "hidden_act",
                ActivationNames.of(encoder.architecture().feedForward().activation()));
        raw.put("hidden_dropout_prob", encoder.hiddenDropout());
        raw.put("attention_probs_dropout_prob", encoder.attentionDropout());
        if (encoder.tokenTypes() > 0) {
            raw.put("type_vocab_size", encoder.tokenTypes());
        }
        raw.put("layer_norm_eps", encoder.layerNormEpsilon());
        if (isRelative(encoder)) {
            raw.put(
                    PositionEmbeddingType.KEY,
                    PositionEmbeddingType.of(encoder.architecture().attention()).word());
        }
    }

    @Override
    public void writeClassifierDropout(ClassifierKind kind, double rate, ObjectNode raw) {
        raw.put("classifier_dropout", rate);
    }
}
