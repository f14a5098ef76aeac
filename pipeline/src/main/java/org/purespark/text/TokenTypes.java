// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.config.TransformersRules;

/** Whether a tokenizer gives the types of tokens along; without them a model takes type 0 for all tokens. */
enum TokenTypes {
    GIVEN,
    /** By transformers 4; version 5 leaves them out where the files do not say it. */
    GIVEN_BY_VERSION_4,
    LEFT_OUT;

    private static final String INPUT_NAMES = "model_input_names";
    private static final String TYPES = "token_type_ids";
    private static final String FAST = "Fast";

    /** Classes of tokenizers that leave them out in transformers 4. */
    private static final Set<String> CLASSES_WITHOUT = Set.of(
            "DistilBertTokenizer", "MPNetTokenizer", "RobertaTokenizer", "XLMRobertaTokenizer", "CamembertTokenizer");

    /** Classes of tokenizers that leave them out in transformers 5 alone. */
    private static final Set<String> CLASSES_WITHOUT_IN_5 =
            Set.of("AlbertTokenizer", "PreTrainedTokenizer", "TokenizersBackend");

    /** Types of models whose tokenizers are of these classes. */
    private static final Set<String> MODELS_WITHOUT =
            Set.of("distilbert", "mpnet", "roberta", "xlm-roberta", "camembert");

    /**
     * As {@code model_input_names} says; without it, what the tokenizer's class does in transformers 4.
     *
     * @param config {@code tokenizer_config.json}
     * @param model the model's {@code config.json}; without keys if there is none
     * @throws InputException if {@code model_input_names} is no list of names
     */
    static TokenTypes of(TokenizerConfig config, TokenizerConfig model) {
        JsonNode names = config.json().path(INPUT_NAMES);
        if (!names.isMissingNode() && !names.isNull()) {
            return named(config, names);
        }
        for (TokenizerConfig source : List.of(config, model)) {
            Optional<String> name = source.token("tokenizer_class");
            if (name.isPresent()) {
                String plain = name.get().endsWith(FAST)
                        ? name.get().substring(0, name.get().length() - FAST.length())
                        : name.get();
                return CLASSES_WITHOUT.contains(plain)
                        ? LEFT_OUT
                        : CLASSES_WITHOUT_IN_5.contains(plain) ? GIVEN_BY_VERSION_4 : GIVEN;
            }
        }
        String type = model.json().path("model_type").asText().toLowerCase(Locale.ROOT);
        return MODELS_WITHOUT.contains(type) ? LEFT_OUT : type.equals("albert") ? GIVEN_BY_VERSION_4 : GIVEN;
    }

    /** The same where a version of transformers is chosen. */
    TokenTypes by(TransformersRules rules) {
        if (this != GIVEN_BY_VERSION_4) {
            return this;
        }
        return switch (rules) {
            case FILES -> this;
            case FOUR -> GIVEN;
            case FIVE -> LEFT_OUT;
        };
    }

    /** Whether the model is told them. */
    boolean areGiven() {
        return this != LEFT_OUT;
    }

    private static TokenTypes named(TokenizerConfig config, JsonNode names) {
        boolean given = false;
        for (JsonNode name : names.isArray() ? names : List.<JsonNode>of(names)) {
            if (!names.isArray() || !name.isTextual()) {
                throw new InputException(config.source() + ": key " + INPUT_NAMES + " is " + Shown.of(names)
                        + "; a list of names is expected");
            }
            given |= name.textValue().equals(TYPES);
        }
        return given ? GIVEN : LEFT_OUT;
    }
}
