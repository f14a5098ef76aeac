// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.purespark.Shown;
import org.purespark.encoder.Activation;
import org.purespark.encoder.Architecture;
import org.purespark.encoder.Attention;
import org.purespark.encoder.Biases;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.Convolution;
import org.purespark.encoder.EmbeddingProjection;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.encoder.FeedForward;
import org.purespark.encoder.LayerSharing;
import org.purespark.encoder.Normalization;
import org.purespark.encoder.ParameterSpec;
import org.purespark.encoder.Pooling;
import org.purespark.encoder.Positions;
import org.purespark.encoder.Sizes;

/**
 * ModernBERT: norms before the parts of a layer, rotary positions, attention to near tokens in most layers, gated
 * feed-forward parts, no biases. Both forms of its keys are read: that of transformers 4, {@code global_rope_theta} and
 * {@code global_attn_every_n_layers}, and that of transformers 5, {@code rope_parameters} and {@code layer_types}.
 *
 * <p>Its classes for sequences and for tokens have a head of dense layer, activation and norm before the last
 * projection. A linear classifier is written as a token classifier whose head gives back what it reads: that is γ·x̂ of
 * the final norm, and the head a matrix of 1/γ, no activation, and a norm that multiplies with γ again.
 */
public final class ModernBert implements Family {
    private static final String FULL = "full_attention";
    private static final String SLIDING = "sliding_attention";
    private static final String LAYER_TYPES = "layer_types";
    private static final String EVERY = "global_attn_every_n_layers";
    private static final String ROPE = "rope_parameters";
    private static final String ACTIVATION = "classifier_activation";
    private static final String POOLING = "classifier_pooling";

    private static final Map<EncoderPart, String> NAMES = Map.ofEntries(
            Map.entry(EncoderPart.WORD_EMBEDDINGS, "embeddings.tok_embeddings"),
            Map.entry(EncoderPart.EMBEDDING_NORM, "embeddings.norm"),
            Map.entry(EncoderPart.QUERY, "attn.Wqkv"),
            Map.entry(EncoderPart.KEY, "attn.Wqkv"),
            Map.entry(EncoderPart.VALUE, "attn.Wqkv"),
            Map.entry(EncoderPart.ATTENTION_OUTPUT, "attn.Wo"),
            Map.entry(EncoderPart.ATTENTION_NORM, "attn_norm"),
            Map.entry(EncoderPart.INTERMEDIATE, "mlp.Wi"),
            Map.entry(EncoderPart.OUTPUT, "mlp.Wo"),
            Map.entry(EncoderPart.OUTPUT_NORM, "mlp_norm"),
            Map.entry(EncoderPart.FINAL_NORM, "final_norm"));

    @Override
    public String modelType() {
        return "modernbert";
    }

    @Override
    public String className(String suffix) {
        return "ModernBert" + suffix;
    }

    @Override
    public String prefix() {
        return "model.";
    }

    @Override
    public EncoderConfig read(ConfigKeys keys) {
        String activation = keys.text("hidden_activation", "gelu");
        if (!activation.equals("gelu")) {
            throw keys.invalid(
                    "hidden_activation", "is \"" + Shown.of(activation) + "\"; only \"gelu\" (by erf) is computed");
        }
        for (String key : List.of("attention_bias", "mlp_bias", "norm_bias", "classifier_bias")) {
            keys.requireFalse(key, "only layers without it are computed");
        }
        int hidden = keys.positive("hidden_size", 768, Sizes.MOST_WIDTH);
        int heads = keys.divisorOf(hidden, "hidden_size", "num_attention_heads", 12);
        if (hidden / heads % 2 != 0) {
            throw keys.invalid(
                    "num_attention_heads",
                    "makes heads of size " + hidden / heads + "; rotary positions need an even one");
        }
        int layers = keys.positive("num_hidden_layers", 22, Sizes.MOST_LAYERS);
        double attentionDropout = keys.probability("attention_dropout", 0);
        return EncoderConfig.builder(architecture(keys, layers))
                .vocabulary(keys.positive("vocab_size", 50368, Sizes.MOST_ROWS))
                .positions(keys.positive("max_position_embeddings", 8192, Sizes.MOST_ROWS))
                .hidden(hidden)
                .heads(heads)
                .layers(layers)
                .intermediate(keys.positive("intermediate_size", 1152, Sizes.MOST_WIDTH / 2))
                .hiddenDropout(0)
                .embeddingDropout(keys.probability("embedding_dropout", 0))
                .attentionDropout(attentionDropout)
                .attentionOutputDropout(attentionDropout)
                .innerDropout(keys.probability("mlp_dropout", 0))
                .classifierDropout(keys.probability(
                        "classifier_dropout", keys.isSequenceClassifier() ? 0 : ConfigKeys.LINEAR_CLASSIFIER_DROPOUT))
                .initializerRange(keys.positiveNumber("initializer_range", 0.02))
                .padTokenId(keys.natural("pad_token_id", 50283, Sizes.MOST_ROWS))
                .build();
    }

    private static Architecture architecture(ConfigKeys keys, int layers) {
        ConfigKeys rope = keys.within(ROPE);
        double global = theta(rope.within(FULL), keys.positiveNumber("global_rope_theta", 160_000));
        double local =
                theta(rope.within(SLIDING), keys.positiveNumber("local_rope_theta", localIfAbsent(keys, global)));
        int reach = keys.natural("local_attention", 128, Sizes.MOST_ROWS) / 2;
        return new Architecture(
                new Positions.None(),
                EmbeddingProjection.AFTER_NORM,
                new Attention.Rotary(global, local, reach, globalEvery(keys, layers)),
                new FeedForward.Gated(Activation.GELU),
                new Normalization.BeforePart(keys.positiveNumber("norm_eps", 1e-5)),
                LayerSharing.NONE,
                new Convolution.None(),
                Biases.NONE);
    }

    /** A key that is there, but null, means the global base. */
    private static double localIfAbsent(ConfigKeys keys, double global) {
        return keys.isNull("local_rope_theta") ? global : 10_000;
    }

    private static double theta(ConfigKeys rope, double absent) {
        String type = rope.text("rope_type", "default");
        if (!type.equals("default")) {
            throw rope.invalid("rope_type", "is \"" + Shown.of(type) + "\"; only \"default\" is computed");
        }
        return rope.positiveNumber("rope_theta", absent);
    }

    /** n where layers 0, n, 2n, … look at all tokens; a list of layers counts more than a number. */
    private static int globalEvery(ConfigKeys keys, int layers) {
        int every = keys.positive(EVERY, 3, Sizes.MOST_LAYERS);
        if (!keys.has(LAYER_TYPES)) {
            return every;
        }
        List<String> types = keys.texts(LAYER_TYPES);
        if (types.size() != layers) {
            throw keys.invalid(LAYER_TYPES, "has " + types.size() + " entries for " + layers + " layers");
        }
        int second = types.subList(1, layers).indexOf(FULL) + 1;
        int found = keys.has(EVERY) && types.equals(layerTypes(every, layers)) ? every : second == 0 ? layers : second;
        if (!types.equals(layerTypes(found, layers))) {
            throw keys.invalid(
                    LAYER_TYPES,
                    "is " + Shown.of(String.join(", ", types)) + "; computed are \"" + FULL
                            + "\" in the first and then in every n-th layer, and \"" + SLIDING + "\" in the others");
        }
        return found;
    }

    private static List<String> layerTypes(int every, int layers) {
        return IntStream.range(0, layers)
                .mapToObj(l -> l % every == 0 ? FULL : SLIDING)
                .toList();
    }

    @Override
    public void write(EncoderConfig encoder, ObjectNode raw) {
        Attention.Rotary rotary = (Attention.Rotary) encoder.architecture().attention();
        raw.put("vocab_size", encoder.vocabulary());
        raw.put("max_position_embeddings", encoder.positions());
        raw.put("initializer_range", encoder.initializerRange());
        raw.put("pad_token_id", encoder.padTokenId());
        raw.put("hidden_size", encoder.hidden());
        raw.put("num_hidden_layers", encoder.layers());
        raw.put("num_attention_heads", encoder.heads());
        raw.put("intermediate_size", encoder.intermediate());
        raw.put("hidden_activation", "gelu");
        raw.put("norm_eps", encoder.layerNormEpsilon());
        for (String key : List.of("attention_bias", "mlp_bias", "norm_bias", "classifier_bias")) {
            raw.put(key, false);
        }
        raw.put("embedding_dropout", encoder.dropout().embeddings());
        raw.put("attention_dropout", encoder.attentionDropout());
        raw.put("mlp_dropout", encoder.dropout().inner());
        raw.put("local_attention", 2 * rotary.reach());
        raw.put(EVERY, rotary.globalEvery());
        raw.put("global_rope_theta", rotary.globalTheta());
        raw.put("local_rope_theta", rotary.localTheta());
        ArrayNode types = raw.putArray(LAYER_TYPES);
        layerTypes(rotary.globalEvery(), encoder.layers()).forEach(types::add);
        ObjectNode rope = raw.putObject(ROPE);
        rope.putObject(FULL).put("rope_type", "default").put("rope_theta", rotary.globalTheta());
        rope.putObject(SLIDING).put("rope_type", "default").put("rope_theta", rotary.localTheta());
    }

    @Override
    public void writeClassifierDropout(ClassifierKind kind, double rate, ObjectNode raw) {
        raw.put("classifier_dropout", rate);
        raw.put(ACTIVATION, kind.hasDense() ? "gelu" : "linear");
        raw.put(POOLING, kind.pooling() == Pooling.MEAN ? "mean" : "cls");
    }

    /** Tokens' classes have the head too; without activation it is that of a linear classifier. */
    @Override
    public ClassifierKind classifierKind(ConfigKeys keys) {
        boolean sequence = keys.isSequenceClassifier();
        if (!sequence && !keys.isTokenClassifier()) {
            return ClassifierKind.LINEAR;
        }
        String activation = keys.text(ACTIVATION, "gelu");
        if (activation.equals("linear") && !sequence) {
            return ClassifierKind.LINEAR;
        }
        if (!activation.equals("gelu")) {
            throw keys.invalid(ACTIVATION, "is \"" + Shown.of(activation) + "\"; only \"gelu\" (by erf) is computed");
        }
        String pooling = sequence ? keys.text(POOLING, "cls") : "cls";
        return switch (pooling) {
            case "cls" -> sequenceHead().kind();
            case "mean" -> new ClassifierKind(Pooling.MEAN, new ClassifierKind.Inner.DenseNorm(Activation.GELU));
            default -> throw keys.invalid(
                    POOLING, "is \"" + Shown.of(pooling) + "\"; computed are \"cls\" and \"mean\"");
        };
    }

    @Override
    public SequenceHead sequenceHead() {
        ClassifierKind kind =
                new ClassifierKind(Pooling.FIRST_TOKEN, new ClassifierKind.Inner.DenseNorm(Activation.GELU));
        return new SequenceHead(kind, "head.dense", "head.norm", "classifier");
    }

    @Override
    public List<DerivedTensor> besideLinearClassifier() {
        String gamma = EncoderPart.FINAL_NORM.weight();
        return List.of(
                new DerivedTensor("head.dense.weight", gamma, DerivedTensor.Form.INVERSE_DIAGONAL),
                new DerivedTensor("head.norm.weight", gamma, DerivedTensor.Form.COPY));
    }

    @Override
    public String tensorName(ParameterSpec parameter) {
        String name = NAMES.get(parameter.part());
        String layer = parameter.part().inLayers() ? "layers." + parameter.layer() + "." : "";
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
