// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.encoder.Activation;
import org.purespark.encoder.Sizes;
import org.purespark.task.TaskKind;

/** The keys of a {@code config.json}, each read with its type and range. The error for a wrong value names the key. */
public final class ConfigKeys {
    /** Dropout before a linear classifier on the first token, if the configuration does not give it. */
    public static final double LINEAR_CLASSIFIER_DROPOUT = 0.1;

    /** What the name of a class of sequence classifiers ends with. */
    public static final String SEQUENCE_CLASSIFICATION = "ForSequenceClassification";

    static final String TOKEN_CLASSIFICATION = "ForTokenClassification";
    private static final String PROBLEM_TYPE = "problem_type";

    /** Model types of decoders that have a classifier in transformers. */
    private static final Set<String> DECODERS = Set.of(
            "gpt2",
            "gpt_neo",
            "gpt_neox",
            "gptj",
            "openai-gpt",
            "opt",
            "bloom",
            "falcon",
            "llama",
            "mistral",
            "mixtral",
            "qwen2",
            "qwen2_moe",
            "qwen3",
            "qwen3_moe",
            "gemma",
            "gemma2",
            "gemma3_text",
            "phi",
            "phi3",
            "stablelm",
            "starcoder2",
            "persimmon",
            "ctrl",
            "biogpt",
            "mpt");

    private final ObjectNode raw;
    private final String place;
    private final HeadDecision.Head head;
    /** What stands before a key's name in messages. */
    private final String names;

    /** The keys of an encoder without a head. */
    public ConfigKeys(ObjectNode raw, String place) {
        this(raw, place, HeadDecision.Head.NONE);
    }

    /**
     * @param raw content of {@code config.json}
     * @param place its address, for messages
     * @param head what the model has on the encoder
     */
    ConfigKeys(ObjectNode raw, String place, HeadDecision.Head head) {
        this(raw, place, head, "");
    }

    private ConfigKeys(ObjectNode raw, String place, HeadDecision.Head head, String names) {
        this.raw = raw;
        this.place = place;
        this.head = head;
        this.names = names;
    }

    /** The same keys of a model with that head. */
    ConfigKeys with(HeadDecision.Head decided) {
        return new ConfigKeys(raw, place, decided, names);
    }

    /** The names under {@code architectures}; empty if there are none. */
    List<String> architectures() {
        List<String> names = new ArrayList<>();
        raw.path("architectures").forEach(name -> names.add(name.asText()));
        return List.copyOf(names);
    }

    /** Whether the family's sequence classifier is on the encoder. */
    public boolean isSequenceClassifier() {
        return head == HeadDecision.Head.SEQUENCE;
    }

    /** Whether the family's classifier of each token is on the encoder. */
    boolean isTokenClassifier() {
        return head == HeadDecision.Head.TOKENS;
    }

    public Family family() {
        if (!raw.path("model_type").isTextual()) {
            throw new InputException(
                    "cannot use " + place + ": it has no \"model_type\"; known are " + Families.knownModelTypes());
        }
        String modelType = raw.path("model_type").textValue();
        if (DECODERS.contains(modelType)) {
            throw invalid(
                    "model_type",
                    "is \"" + modelType
                            + "\", a decoder: it classifies by its last token under a causal mask, and has no"
                            + " first token whose attention tells which heads idle; known are "
                            + Families.knownModelTypes());
        }
        return Families.ofModelType(modelType)
                .orElseThrow(() -> new InputException("cannot use " + place + ": unknown model_type \""
                        + Shown.of(modelType) + "\"; known are " + Families.knownModelTypes()));
    }

    /** Refuses settings that no family supports. */
    void refuseOtherModels() {
        if (raw.path("is_decoder").asBoolean(false)) {
            throw invalid("is_decoder", "is true; only encoders are computed");
        }
        if (raw.hasNonNull("quantization_config")) {
            throw invalid("quantization_config", "is given; only unquantized weights are read");
        }
    }

    /** The task that {@code problem_type} names, if it is there and the model has a classifier. */
    Optional<TaskKind> task() {
        if (head == HeadDecision.Head.NONE || !has(PROBLEM_TYPE)) {
            return Optional.empty();
        }
        String problem = text(PROBLEM_TYPE, "");
        return Optional.of(TaskKind.ofProblemType(problem)
                .orElseThrow(() -> invalid(
                        PROBLEM_TYPE,
                        "is \"" + Shown.of(problem) + "\"; known are "
                                + Stream.of(TaskKind.values())
                                        .map(TaskKind::problemType)
                                        .collect(Collectors.joining(", ")))));
    }

    /** The function of the feed-forward part, by transformers' name for it. */
    public Activation activation(String key, Activation absent) {
        String name = text(key, ActivationNames.of(absent));
        return ActivationNames.activation(name)
                .orElseThrow(
                        () -> invalid(key, "is \"" + Shown.of(name) + "\"; computed are " + ActivationNames.all()));
    }

    /** Refuses any {@code position_embedding_type} except absolute. */
    public void requireAbsolutePositions() {
        String absolute = PositionEmbeddingType.ABSOLUTE.word();
        String positions = text(PositionEmbeddingType.KEY, absolute);
        if (!positions.equals(absolute)) {
            throw invalid(
                    PositionEmbeddingType.KEY,
                    "is \"" + Shown.of(positions) + "\"; only \"" + absolute + "\" is computed");
        }
    }

    /** Refuses a flag that is not false. */
    void requireFalse(String key, String otherwise) {
        if (flag(key, false)) {
            throw invalid(key, "is true; " + otherwise);
        }
    }

    /** True or false. */
    boolean flag(String key, boolean absent) {
        if (!raw.hasNonNull(key)) {
            return absent;
        }
        if (!raw.get(key).isBoolean()) {
            throw invalid(key, "is " + Shown.of(raw.get(key)) + "; expected true or false");
        }
        return raw.get(key).booleanValue();
    }

    /** Whether the key is there with a value. */
    boolean has(String key) {
        return raw.hasNonNull(key);
    }

    /** Whether the key's value is a list. */
    boolean isList(String key) {
        return raw.path(key).isArray();
    }

    /** A list of texts; a single text is cut at each bar, as in older files. Empty if the key is absent. */
    List<String> texts(String key) {
        JsonNode value = raw.path(key);
        List<String> texts = new ArrayList<>();
        if (value.isTextual()) {
            for (String part : value.textValue().split("\\|")) {
                if (!part.isBlank()) {
                    texts.add(part.strip());
                }
            }
            return texts;
        }
        if (!value.isArray() && raw.hasNonNull(key)) {
            throw invalid(key, "is " + Shown.of(value) + "; expected a list of texts");
        }
        for (JsonNode one : value) {
            if (!one.isTextual()) {
                throw invalid(key, "has " + Shown.of(one) + "; expected texts");
            }
            texts.add(one.textValue());
        }
        return texts;
    }

    /** The keys of an object under a key, which errors name as {@code key.inner}; none if it is absent. */
    ConfigKeys within(String key) {
        if (!raw.hasNonNull(key)) {
            return new ConfigKeys(raw.objectNode(), place, head, names + key + ".");
        }
        if (raw.get(key) instanceof ObjectNode object) {
            return new ConfigKeys(object, place, head, names + key + ".");
        }
        throw invalid(key, "is " + Shown.of(raw.get(key)) + "; expected an object");
    }

    public String text(String key, String absent) {
        if (!raw.hasNonNull(key)) {
            return absent;
        }
        if (!raw.get(key).isTextual()) {
            throw invalid(key, "is " + Shown.of(raw.get(key)) + "; expected a text");
        }
        return raw.get(key).textValue();
    }

    /**
     * At least 1.
     *
     * @param most of {@link Sizes}: a number in a file must not decide how long a loop runs
     */
    public int positive(String key, int absent, int most) {
        int value = natural(key, absent, most);
        if (value == 0) {
            throw invalid(key, "is 0; expected a positive integer");
        }
        return value;
    }

    /** 0 to {@code most}. */
    public int natural(String key, int absent, int most) {
        if (!raw.hasNonNull(key)) {
            return absent;
        }
        JsonNode value = raw.get(key);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
            throw invalid(key, "is " + Shown.of(value) + "; expected a positive integer");
        }
        if (value.intValue() > most) {
            throw invalid(key, "is " + value + "; the most is " + most);
        }
        return value.intValue();
    }

    /** {@code least} to {@code most}. */
    public int atLeast(int least, String key, int absent, int most) {
        int value = natural(key, absent, most);
        if (value < least) {
            throw invalid(key, "is " + value + "; the least is " + least);
        }
        return value;
    }

    /** Any integer up to {@code most}. */
    int integer(String key, int absent, int most) {
        JsonNode value = raw.path(key);
        if (value.isIntegralNumber() && value.canConvertToInt() && value.intValue() < 0) {
            return value.intValue();
        }
        return natural(key, absent, most);
    }

    /** Whether the key is there, with null as its value. */
    boolean isNull(String key) {
        return raw.path(key).isNull();
    }

    /** A number of heads, which divides {@code whole}, the value of {@code wholeKey}. */
    public int divisorOf(int whole, String wholeKey, String key, int absent) {
        int value = positive(key, absent, Sizes.MOST_HEADS);
        if (whole % value != 0) {
            throw invalid(key, "is " + value + ", which does not divide " + wholeKey + " " + whole);
        }
        return value;
    }

    /** [0, 1). */
    public double probability(String key, double absent) {
        double value = number(key, absent);
        if (!(value >= 0 && value < 1)) {
            throw invalid(key, "is " + value + "; expected 0 to below 1");
        }
        return value;
    }

    /** Above 0. */
    public double positiveNumber(String key, double absent) {
        double value = number(key, absent);
        if (!(value > 0) || !((float) value < Float.POSITIVE_INFINITY)) {
            throw invalid(key, "is " + value + "; expected a positive number");
        }
        return value;
    }

    private double number(String key, double absent) {
        if (!raw.hasNonNull(key)) {
            return absent;
        }
        if (!raw.get(key).isNumber()) {
            throw invalid(key, "is " + Shown.of(raw.get(key)) + "; expected a number");
        }
        return raw.get(key).doubleValue();
    }

    /**
     * An error about one key.
     *
     * @param what follows the key: its value, and what is expected
     */
    public InputException invalid(String key, String what) {
        return new InputException("cannot use " + place + ": \"" + names + key + "\" " + what);
    }
}
