// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * Tokens that other files than {@code tokenizer.json} add to a tokenizer, put where transformers puts them: those of
 * {@code added_tokens_decoder}, or without it those of {@code added_tokens.json}, then the special tokens. A token of
 * the vocabulary keeps its id; others get the next free ones.
 */
final class DeclaredTokens {
    private static final List<String> FLAGS = List.of("single_word", "lstrip", "rstrip", "normalized", "special");
    private static final List<String> MORE_KEYS = List.of("additional_special_tokens", "extra_special_tokens");
    private static final String DECODER = "added_tokens_decoder";

    private final ObjectNode json;
    private final TokenizerConfig config;
    private final TokenizerClass tokenizerClass;
    private final ArrayNode added;
    private final Map<String, ObjectNode> byContent = new LinkedHashMap<>();
    private final Map<String, Integer> vocabulary = new HashMap<>();
    private int size;
    private int highest = -1;

    /**
     * The files of a tokenizer beside {@code tokenizer.json}, and the model's {@code config.json}; those that are
     * missing have no keys.
     */
    record Sources(
            TokenizerConfig config,
            TokenizerConfig model,
            TokenizerConfig addedTokens,
            TokenizerConfig specialTokens) {}

    private DeclaredTokens(ObjectNode json, TokenizerConfig config, TokenizerClass tokenizerClass) {
        this.json = json;
        this.config = config;
        this.tokenizerClass = tokenizerClass;
        this.added = json.get("added_tokens") instanceof ArrayNode there ? there : json.putArray("added_tokens");
        readVocabulary();
        for (JsonNode token : added) {
            if (token instanceof ObjectNode object && token.path("content").isTextual()) {
                byContent.put(token.path("content").textValue(), object);
                highest = Math.max(highest, token.path("id").asInt(-1));
            }
        }
    }

    /**
     * @param json a {@code tokenizer.json}, to which the tokens are added
     * @throws InputException if a token has another id than it would get
     */
    static void addTo(ObjectNode json, Sources sources, TokenizerClass tokenizerClass) {
        DeclaredTokens tokens = new DeclaredTokens(json, sources.config(), tokenizerClass);
        Map<String, JsonNode> special = tokens.specialTokens(sources);
        if (sources.config().has(DECODER)) {
            tokens.addAll(tokens.ofDecoder(), sources.config().source() + ": " + DECODER);
        } else {
            tokens.addAll(
                    tokens.ofAddedTokens(sources.addedTokens(), special.keySet()),
                    sources.addedTokens().source());
        }
        special.forEach(tokens::addSpecial);
    }

    private void readVocabulary() {
        JsonNode model = json.path("model").path("vocab");
        size = model.size();
        if (model.isArray()) {
            for (int id = 0; id < size; id++) {
                vocabulary.putIfAbsent(model.get(id).path(0).asText(), id);
            }
        } else {
            model.properties()
                    .forEach(entry ->
                            vocabulary.put(entry.getKey(), entry.getValue().asInt(-1)));
        }
    }

    /** By id. */
    private Map<Integer, ObjectNode> ofDecoder() {
        Map<Integer, ObjectNode> tokens = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : config.json().get(DECODER).properties()) {
            if (!entry.getKey().matches("[0-9]{1,9}")
                    || !entry.getValue().path("content").isTextual()) {
                throw new InputException(config.source() + ": " + DECODER + ", key " + Shown.of(entry.getKey())
                        + ": an id with the token's content is expected");
            }
            tokens.put(Integer.valueOf(entry.getKey()), token(entry.getValue(), false));
        }
        return tokens;
    }

    /** By id; a token that is not special is found in the normalized text. */
    private Map<Integer, ObjectNode> ofAddedTokens(TokenizerConfig file, Set<String> special) {
        Map<Integer, ObjectNode> tokens = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : file.json().properties()) {
            if (!entry.getValue().isInt() || entry.getValue().intValue() < 0) {
                throw new InputException(
                        file.source() + ": token " + Shown.of(entry.getKey()) + " has no id; an integer is expected");
            }
            boolean isSpecial = special.contains(entry.getKey());
            ObjectNode token = plain(entry.getKey(), isSpecial).put("normalized", !isSpecial);
            ObjectNode known = byContent.get(entry.getKey());
            tokens.put(entry.getValue().intValue(), known == null ? token : known);
        }
        return tokens;
    }

    private void addAll(Map<Integer, ObjectNode> tokens, String place) {
        tokens.forEach((id, token) -> {
            String content = token.path("content").textValue();
            put(token);
            int given = byContent.get(content).path("id").intValue();
            if (given != id) {
                throw new InputException(place + " gives token " + Shown.of(content) + " the id " + id
                        + ", by the tokenizer's vocabulary it is " + given
                        + "; save the tokenizer again with transformers");
            }
        });
    }

    /**
     * All special tokens that a file names, and those of the class which the vocabulary has; null for one without flags
     * of its own.
     */
    private Map<String, JsonNode> specialTokens(Sources sources) {
        // The file of special tokens is asked only where there is no list by id, as by transformers 4.
        List<TokenizerConfig> files = config.has(DECODER) ? List.of(config) : List.of(sources.specialTokens(), config);
        Map<String, JsonNode> special = new LinkedHashMap<>();
        for (Map.Entry<String, Optional<String>> key : tokenizerClass.usual().byKey()) {
            Optional<TokenizerConfig> file = files.stream()
                    .filter(one -> one.json().hasNonNull(key.getKey()))
                    .findFirst();
            if (file.isPresent()) {
                special.put(
                        file.get().token(key.getKey()).orElseThrow(),
                        file.get().json().get(key.getKey()));
            } else if (key.getValue().filter(vocabulary::containsKey).isPresent()) {
                special.putIfAbsent(key.getValue().get(), null);
            }
        }
        for (TokenizerConfig file : files) {
            for (String key : MORE_KEYS) {
                more(file, key).forEach(special::putIfAbsent);
            }
        }
        return special;
    }

    private static Map<String, JsonNode> more(TokenizerConfig file, String key) {
        Map<String, JsonNode> tokens = new LinkedHashMap<>();
        JsonNode list = file.json().path(key);
        if (!list.isMissingNode() && !list.isNull() && !list.isArray() && !list.isObject()) {
            throw new InputException(
                    file.source() + ": key " + key + " is " + Shown.of(list) + "; a list of tokens is expected");
        }
        List<JsonNode> items = new ArrayList<>();
        list.forEach(items::add);
        for (JsonNode item : items) {
            JsonNode content = item.isObject() ? item.path("content") : item;
            if (!content.isTextual()) {
                throw new InputException(file.source() + ": key " + key + " has " + Shown.of(item)
                        + "; a string or an object with content is expected");
            }
            tokens.put(content.textValue(), item);
        }
        return tokens;
    }

    private void addSpecial(String content, JsonNode declared) {
        if (declared != null && declared.isObject()) {
            put(token(declared, true).put("special", true));
        } else if (!byContent.containsKey(content)) {
            put(plain(content, true));
        }
    }

    /** Adds a token, or gives one that is there its flags. */
    private void put(ObjectNode token) {
        String content = token.path("content").textValue();
        ObjectNode there = byContent.get(content);
        if (there != null) {
            FLAGS.forEach(flag -> there.set(flag, token.get(flag)));
            return;
        }
        Integer known = vocabulary.get(content);
        int id = known != null ? known : Math.max(highest + 1, size);
        highest = Math.max(highest, id);
        ObjectNode whole = json.objectNode().put("id", id);
        whole.setAll(token);
        added.add(whole);
        byContent.put(content, whole);
    }

    private ObjectNode plain(String content, boolean special) {
        return json.objectNode()
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", !special)
                .put("special", special);
    }

    /** A token with the flags that are written; the others are those of transformers. */
    private ObjectNode token(JsonNode declared, boolean special) {
        boolean isSpecial = declared.path("special").asBoolean(special);
        ObjectNode token = plain(declared.path("content").textValue(), isSpecial);
        for (String flag : FLAGS) {
            JsonNode value = declared.path(flag);
            if (!value.isMissingNode() && !value.isBoolean()) {
                throw new InputException(config.source() + ": token " + token.path("content") + ": " + flag + " is "
                        + Shown.of(value) + "; it must be true or false");
            }
            token.put(flag, value.asBoolean(token.get(flag).booleanValue()));
        }
        return token;
    }
}
