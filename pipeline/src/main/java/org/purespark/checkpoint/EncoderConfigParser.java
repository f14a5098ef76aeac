package org.purespark.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.purespark.InputException;

/**
 * Reads the shape of an encoder from a Hugging Face {@code config.json}. A key that is absent takes the default that
 * transformers has for that family; a key with a value that the graph cannot honour is refused.
 */
final class EncoderConfigParser {
    /** Before a linear classifier on [CLS], where the configuration says nothing. */
    private static final double LINEAR_CLASSIFIER_DROPOUT = 0.1;

    private final ObjectNode raw;
    private final String place;

    /**
     * @param raw content of {@code config.json}
     * @param place its address, for messages
     */
    EncoderConfigParser(ObjectNode raw, String place) {
        this.raw = raw;
        this.place = place;
    }

    /** The names under {@code architectures}; empty where there are none. */
    List<String> architectures() {
        List<String> names = new ArrayList<>();
        raw.path("architectures").forEach(name -> names.add(name.asText()));
        return List.copyOf(names);
    }

    Family family() {
        if (!raw.path("model_type").isTextual()) {
            throw new InputException(
                    "cannot use " + place + ": it has no \"model_type\"; known are " + Family.knownModelTypes());
        }
        String modelType = raw.path("model_type").textValue();
        return Family.ofModelType(modelType)
                .orElseThrow(() -> new InputException("cannot use " + place + ": unknown model_type \"" + modelType
                        + "\"; known are " + Family.knownModelTypes()));
    }

    /**
     * @throws InputException where a value is missing its type or range, or asks for what the graph does not compute
     */
    EncoderConfig parse() {
        Family family = family();
        refuseOtherGraphs(family);
        EncoderConfig config = family == Family.DISTILBERT ? distilBert() : bertLike(family);
        if (config.maxTokens() < 2) {
            throw invalid("max_position_embeddings", "leaves no room for two tokens");
        }
        return config;
    }

    private EncoderConfig bertLike(Family family) {
        boolean electra = family == Family.ELECTRA;
        int hidden = positive("hidden_size", electra ? 256 : 768);
        double hiddenDropout = probability("hidden_dropout_prob", 0.1);
        int padTokenId = natural("pad_token_id", family == Family.ROBERTA ? 1 : 0);
        return new EncoderConfig(
                family,
                positive("vocab_size", family == Family.ROBERTA ? 50265 : 30522),
                hidden,
                electra ? positive("embedding_size", 128) : hidden,
                positive("num_hidden_layers", 12),
                divisorOf(hidden, "hidden_size", "num_attention_heads", electra ? 4 : 12),
                positive("intermediate_size", electra ? 1024 : 3072),
                positive("max_position_embeddings", 512),
                family == Family.ROBERTA ? padTokenId + 1 : 0,
                positive("type_vocab_size", 2),
                positiveNumber("layer_norm_eps", 1e-12),
                hiddenDropout,
                probability("attention_probs_dropout_prob", 0.1),
                probability(
                        "classifier_dropout", isSequenceClassifier(family) ? hiddenDropout : LINEAR_CLASSIFIER_DROPOUT),
                positiveNumber("initializer_range", 0.02),
                padTokenId);
    }

    /** DistilBERT has other keys, no token types, and fixes LayerNorm's epsilon in its code. */
    private EncoderConfig distilBert() {
        int hidden = positive("dim", 768);
        return new EncoderConfig(
                Family.DISTILBERT,
                positive("vocab_size", 30522),
                hidden,
                hidden,
                positive("n_layers", 6),
                divisorOf(hidden, "dim", "n_heads", 12),
                positive("hidden_dim", 3072),
                positive("max_position_embeddings", 512),
                0,
                0,
                1e-12,
                probability("dropout", 0.1),
                probability("attention_dropout", 0.1),
                isSequenceClassifier(Family.DISTILBERT)
                        ? probability("seq_classif_dropout", 0.2)
                        : LINEAR_CLASSIFIER_DROPOUT,
                positiveNumber("initializer_range", 0.02),
                natural("pad_token_id", 0));
    }

    private boolean isSequenceClassifier(Family family) {
        return ClassifierKind.of(family, architectures()).hasDense();
    }

    private void refuseOtherGraphs(Family family) {
        String activationKey = family == Family.DISTILBERT ? "activation" : "hidden_act";
        String activation = text(activationKey, "gelu");
        if (!activation.equals("gelu")) {
            throw invalid(activationKey, "is \"" + activation + "\"; only \"gelu\" (by erf) is computed");
        }
        String positions = text("position_embedding_type", "absolute");
        if (!positions.equals("absolute")) {
            throw invalid("position_embedding_type", "is \"" + positions + "\"; only \"absolute\" is computed");
        }
        if (raw.path("is_decoder").asBoolean(false)) {
            throw invalid("is_decoder", "is true; only encoders are computed");
        }
        String problem = text("problem_type", "single_label_classification");
        if (isSequenceClassifier(family) && !problem.equals("single_label_classification")) {
            throw invalid("problem_type", "is \"" + problem + "\"; only single_label_classification is computed");
        }
        if (raw.hasNonNull("quantization_config")) {
            throw invalid("quantization_config", "is given; only unquantized weights are read");
        }
    }

    private String text(String key, String absent) {
        if (!raw.hasNonNull(key)) {
            return absent;
        }
        if (!raw.get(key).isTextual()) {
            throw invalid(key, "is " + raw.get(key) + "; expected a text");
        }
        return raw.get(key).textValue();
    }

    private int positive(String key, int absent) {
        int value = natural(key, absent);
        if (value == 0) {
            throw invalid(key, "is 0; expected a positive integer");
        }
        return value;
    }

    private int natural(String key, int absent) {
        if (!raw.hasNonNull(key)) {
            return absent;
        }
        JsonNode value = raw.get(key);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
            throw invalid(key, "is " + value + "; expected a positive integer");
        }
        return value.intValue();
    }

    private int divisorOf(int whole, String wholeKey, String key, int absent) {
        int value = positive(key, absent);
        if (whole % value != 0) {
            throw invalid(key, "is " + value + ", which does not divide " + wholeKey + " " + whole);
        }
        return value;
    }

    private double probability(String key, double absent) {
        double value = number(key, absent);
        if (!(value >= 0 && value < 1)) {
            throw invalid(key, "is " + value + "; expected 0 to below 1");
        }
        return value;
    }

    private double positiveNumber(String key, double absent) {
        double value = number(key, absent);
        if (!(value > 0)) {
            throw invalid(key, "is " + value + "; expected a positive number");
        }
        return value;
    }

    private double number(String key, double absent) {
        if (!raw.hasNonNull(key)) {
            return absent;
        }
        if (!raw.get(key).isNumber()) {
            throw invalid(key, "is " + raw.get(key) + "; expected a number");
        }
        return raw.get(key).doubleValue();
    }

    private InputException invalid(String key, String what) {
        return new InputException("cannot use " + place + ": \"" + key + "\" " + what);
    }
}
