// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.purespark.Shown;
import org.purespark.encoder.Activation;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.Attention;
import org.purespark.encoder.Attention.DistanceNorm;
import org.purespark.encoder.Attention.DistanceTerms;
import org.purespark.encoder.Attention.DistanceWeights;
import org.purespark.encoder.Biases;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.Convolution;
import org.purespark.encoder.Distances;
import org.purespark.encoder.EmbeddingProjection;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.FeedForward;
import org.purespark.encoder.LayerSharing;
import org.purespark.encoder.Normalization;
import org.purespark.encoder.ParameterSpec;
import org.purespark.encoder.Positions;
import org.purespark.encoder.Sizes;

/**
 * DeBERTa of versions 2 and 3: attention with learned vectors of distances, and positions in the embeddings only where
 * {@code position_biased_input} says so. The largest models of version 2 have a convolution beside the first layer. The
 * sequence classifier reads the first token through dropout, a dense layer and an activation.
 */
public final class DebertaV2 implements Family {
    private static final String TERMS = "pos_att_type";
    private static final String NORM = "norm_rel_ebd";
    private static final String BUCKETS = "position_buckets";
    private static final String MOST = "max_relative_positions";
    private static final String POOLER_DROPOUT = "pooler_dropout";
    private static final String POOLER_ACTIVATION = "pooler_hidden_act";

    private static final String KERNEL = "conv_kernel_size";
    private static final String GROUPS = "conv_groups";
    private static final String CONVOLUTION_ACTIVATION = "conv_act";
    private static final Set<Activation> ACTIVATIONS_OF_CONVOLUTION =
            EnumSet.of(Activation.GELU, Activation.TANH, Activation.RELU);

    private static final Map<EncoderPart, String> NAMES = Map.of(
            EncoderPart.EMBEDDING_PROJECTION, "embeddings.embed_proj",
            EncoderPart.QUERY, "attention.self.query_proj",
            EncoderPart.KEY, "attention.self.key_proj",
            EncoderPart.VALUE, "attention.self.value_proj");

    @Override
    public String modelType() {
        return "deberta-v2";
    }

    @Override
    public String className(String suffix) {
        return "DebertaV2" + suffix;
    }

    @Override
    public String prefix() {
        return "deberta.";
    }

    @Override
    public EncoderConfig read(ConfigKeys keys) {
        Activation activation = keys.activation("hidden_act", Activation.GELU);
        int hidden = keys.positive("hidden_size", 1536, Sizes.MOST_WIDTH);
        int positions = keys.positive("max_position_embeddings", 512, Sizes.MOST_ROWS);
        double hiddenDropout = keys.probability("hidden_dropout_prob", 0.1);
        return EncoderConfig.builder(architecture(keys, positions, activation))
                .vocabulary(keys.positive("vocab_size", 128_100, Sizes.MOST_ROWS))
                .positions(positions)
                .tokenTypes(keys.natural("type_vocab_size", 0, Sizes.MOST_ROWS))
                .embedding(keys.positive("embedding_size", hidden, Sizes.MOST_WIDTH))
                .hidden(hidden)
                .heads(keys.divisorOf(hidden, "hidden_size", "num_attention_heads", 24))
                .layers(keys.positive("num_hidden_layers", 24, Sizes.MOST_LAYERS))
                .intermediate(keys.positive("intermediate_size", 6144, Sizes.MOST_WIDTH))
                .hiddenDropout(hiddenDropout)
                .attentionDropout(keys.probability("attention_probs_dropout_prob", 0.1))
                .classifierDropout(
                        keys.isSequenceClassifier()
                                ? keys.probability("cls_dropout", hiddenDropout)
                                : ConfigKeys.LINEAR_CLASSIFIER_DROPOUT)
                .initializerRange(keys.positiveNumber("initializer_range", 0.02))
                .padTokenId(keys.natural("pad_token_id", 0, Sizes.MOST_ROWS))
                .build();
    }

    private static Architecture architecture(ConfigKeys keys, int positions, Activation activation) {
        return new Architecture(
                keys.flag("position_biased_input", true) ? new Positions.Learned(0) : new Positions.None(),
                EmbeddingProjection.BEFORE_NORM,
                attention(keys, positions),
                new FeedForward.TwoLayers(activation),
                new Normalization.AfterResidual(keys.positiveNumber("layer_norm_eps", 1e-7)),
                LayerSharing.NONE,
                convolution(keys),
                Biases.ALL);
    }

    /** With an even number of tokens transformers fails, as the convolution then gives one row too few. */
    private static Convolution convolution(ConfigKeys keys) {
        int kernel = keys.natural(KERNEL, 0, Convolution.BesideFirstLayer.MOST_TOKENS);
        if (kernel == 0) {
            return new Convolution.None();
        }
        if (kernel % 2 == 0) {
            throw keys.invalid(KERNEL, "is " + kernel + "; expected 0 or an odd number");
        }
        int groups = keys.positive(GROUPS, 1, Sizes.MOST_WIDTH);
        if (groups != 1) {
            throw keys.invalid(GROUPS, "is " + groups + "; only 1 is computed");
        }
        Activation activation = keys.activation(CONVOLUTION_ACTIVATION, Activation.TANH);
        if (!ACTIVATIONS_OF_CONVOLUTION.contains(activation)) {
            throw keys.invalid(
                    CONVOLUTION_ACTIVATION,
                    "is \"" + ActivationNames.of(activation) + "\"; computed are gelu, tanh and relu");
        }
        return new Convolution.BesideFirstLayer(kernel, activation);
    }

    private static Attention attention(ConfigKeys keys, int positions) {
        Set<String> terms = new TreeSet<>();
        for (String term : keys.texts(TERMS)) {
            // transformers lowers the one text of older files, not the items of a list
            terms.add(keys.isList(TERMS) ? term : term.toLowerCase(Locale.ROOT));
        }
        if (!keys.flag("relative_attention", false)) {
            if (!terms.isEmpty()) {
                throw keys.invalid(TERMS, "is given, and relative_attention is not true; expected both or neither");
            }
            return new Attention.DotProduct();
        }
        DistanceTerms of =
                switch (String.join(" ", terms)) {
                    case "c2p" -> DistanceTerms.CONTENT_TO_POSITION;
                    case "p2c" -> DistanceTerms.POSITION_TO_CONTENT;
                    case "c2p p2c" -> DistanceTerms.BOTH;
                    default -> throw keys.invalid(
                            TERMS, "is " + Shown.of(terms.toString()) + "; expected c2p, p2c or both");
                };
        DistanceWeights weights = keys.flag("share_att_key", false) ? DistanceWeights.OF_TOKENS : DistanceWeights.OWN;
        return new Attention.Disentangled(distances(keys, positions), of, weights, norm(keys));
    }

    /** Where {@code max_relative_positions} is below 1, it is the number of positions. */
    private static Distances distances(ConfigKeys keys, int positions) {
        int given = keys.integer(MOST, -1, Sizes.MOST_ROWS / 2);
        int most = given < 1 ? positions : given;
        int buckets = keys.integer(BUCKETS, -1, Sizes.MOST_ROWS / 2);
        if (buckets < 1) {
            return new Distances(most, 0);
        }
        if (buckets < 2 || most - 1 <= buckets / 2) {
            throw keys.invalid(
                    BUCKETS, "is " + buckets + ", for distances up to " + most + "; expected 2 to " + (2 * most - 3));
        }
        return new Distances(buckets, most);
    }

    private static DistanceNorm norm(ConfigKeys keys) {
        String norm = keys.text(NORM, "none").strip().toLowerCase(Locale.ROOT);
        return switch (norm) {
            case "none" -> DistanceNorm.NONE;
            case "layer_norm" -> DistanceNorm.LAYER_NORM;
            default -> throw keys.invalid(
                    NORM, "is \"" + Shown.of(norm) + "\"; computed are \"none\" and \"layer_norm\"");
        };
    }

    @Override
    public void write(EncoderConfig encoder, ObjectNode raw) {
        raw.put("vocab_size", encoder.vocabulary());
        raw.put("max_position_embeddings", encoder.positions());
        raw.put("initializer_range", encoder.initializerRange());
        raw.put("pad_token_id", encoder.padTokenId());
        raw.put("hidden_size", encoder.hidden());
        raw.put("embedding_size", encoder.embedding());
        raw.put("num_hidden_layers", encoder.layers());
        raw.put("num_attention_heads", encoder.heads());
        raw.put("intermediate_size", encoder.intermediate());
        raw.put(
                "hidden_act",
                ActivationNames.of(encoder.architecture().feedForward().activation()));
        raw.put("hidden_dropout_prob", encoder.hiddenDropout());
        raw.put("attention_probs_dropout_prob", encoder.attentionDropout());
        raw.put("type_vocab_size", encoder.tokenTypes());
        raw.put("layer_norm_eps", encoder.layerNormEpsilon());
        raw.put("position_biased_input", encoder.architecture().positions() instanceof Positions.Learned);
        writeConvolution(encoder, raw);
        writeAttention(encoder, raw);
    }

    private static void writeConvolution(EncoderConfig encoder, ObjectNode raw) {
        if (encoder.architecture().convolution() instanceof Convolution.BesideFirstLayer convolution) {
            raw.put(KERNEL, convolution.kernel());
            raw.put(GROUPS, 1);
            raw.put(CONVOLUTION_ACTIVATION, ActivationNames.of(convolution.activation()));
        } else {
            raw.put(KERNEL, 0);
        }
    }

    private static void writeAttention(EncoderConfig encoder, ObjectNode raw) {
        ArrayNode terms = raw.putArray(TERMS);
        boolean relative = encoder.architecture().attention() instanceof Attention.Disentangled;
        raw.put("relative_attention", relative);
        if (!relative) {
            return;
        }
        Attention.Disentangled attention =
                (Attention.Disentangled) encoder.architecture().attention();
        List<String> names =
                switch (attention.terms()) {
                    case CONTENT_TO_POSITION -> List.of("c2p");
                    case POSITION_TO_CONTENT -> List.of("p2c");
                    case BOTH -> List.of("p2c", "c2p");
                };
        names.forEach(terms::add);
        boolean buckets = attention.distances().most() > 0;
        int most =
                buckets ? attention.distances().most() : attention.distances().span();
        raw.put(BUCKETS, buckets ? attention.distances().span() : -1);
        raw.put(MOST, most == encoder.positions() ? -1 : most);
        raw.put("share_att_key", attention.weights() == DistanceWeights.OF_TOKENS);
        raw.put(NORM, attention.norm() == DistanceNorm.LAYER_NORM ? "layer_norm" : "none");
    }

    @Override
    public void writeClassifierDropout(ClassifierKind kind, double rate, ObjectNode raw) {
        if (kind.inner() instanceof ClassifierKind.Inner.Dense dense) {
            raw.put("cls_dropout", rate);
            raw.put(POOLER_DROPOUT, dense.input() == ClassifierKind.Input.WITH_DROPOUT ? rate : 0);
            raw.put(POOLER_ACTIVATION, ActivationNames.of(dense.activation()));
            raw.put("pooler_hidden_size", raw.path("hidden_size").intValue());
        }
    }

    @Override
    public ClassifierKind classifierKind(ConfigKeys keys) {
        if (!keys.isSequenceClassifier()) {
            return ClassifierKind.LINEAR;
        }
        int hidden = keys.positive("hidden_size", 1536, Sizes.MOST_WIDTH);
        int pooler = keys.positive("pooler_hidden_size", hidden, Sizes.MOST_WIDTH);
        if (pooler != hidden) {
            throw keys.invalid("pooler_hidden_size", "is " + pooler + "; only hidden_size " + hidden + " is computed");
        }
        double before = keys.probability(POOLER_DROPOUT, 0);
        double after = keys.probability("cls_dropout", keys.probability("hidden_dropout_prob", 0.1));
        if (before != 0 && before != after) {
            throw keys.invalid(
                    POOLER_DROPOUT, "is " + before + "; computed are 0 and that of the classifier, " + after);
        }
        return ClassifierKind.dense(
                keys.activation(POOLER_ACTIVATION, Activation.GELU),
                before == 0 ? ClassifierKind.Input.AS_IT_IS : ClassifierKind.Input.WITH_DROPOUT);
    }

    @Override
    public SequenceHead sequenceHead() {
        ClassifierKind kind = ClassifierKind.dense(Activation.GELU, ClassifierKind.Input.AS_IT_IS);
        return new SequenceHead(kind, "pooler.dense", "classifier");
    }

    @Override
    public String tensorName(ParameterSpec parameter) {
        String name = NAMES.get(parameter.part());
        if (name == null) {
            return parameter.name();
        }
        String layer = parameter.part().inLayers() ? "encoder.layer." + parameter.layer() + "." : "";
        return layer + name + parameter.role().suffix();
    }

    /** transformers 4 has no head pruning for it. */
    @Override
    public Set<ExportForm> exportForms() {
        return EnumSet.of(ExportForm.DENSE);
    }

    @Override
    public boolean modelAddsPooler() {
        return false;
    }
}
