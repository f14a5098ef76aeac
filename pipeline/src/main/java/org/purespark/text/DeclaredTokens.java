// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.config.TransformersRules;

/**
 * Tokens that other files than {@code tokenizer.json} add to a tokenizer, put where transformers puts them: those of
 * {@code added_tokens_decoder}, or without it those of {@code added_tokens.json}, then the special tokens. A token of
 * the vocabulary keeps its id; others get the next free ones.
 *
 * <p>The flags of a special token are those of {@code added_tokens_decoder}, or without it of {@code tokenizer.json};
 * an object under its key counts for a token that is not there. By version 4 the class's own mask token goes before
 * all of them where no file names one.
 */
final class DeclaredTokens {
    private static final List<String> FLAGS = List.of("single_word", "lstrip", "rstrip", "normalized", "special");
    private static final List<String> MORE_KEYS = List.of("additional_special_tokens", "extra_special_tokens");
    private static final String MASK = "mask_token";
    private static final String DECODER = "added_tokens_decoder";

    private final ObjectNode json;
    private final TokenizerConfig config;
    private final TokenizerClass tokenizerClass;
    private final ArrayNode added;
    private final boolean byVersion5;
    private final Set<String> settled = new HashSet<>();
    private final Map<String, ObjectNode> byContent = new LinkedHashMap<>();
    private final Map<String, Integer> vocabulary = new HashMap<>();
    private int size;
    private int highest = -1;

    /**
     * The files of a tokenizer beside {@code tokenizer.json}, and the model's {@code config.json}; those that are
     * missing have no keys.
     *
     * @param hasTokenizer whether {@code tokenizer.json} is there
     */
    record Sources(
            TokenizerConfig config,
            TokenizerConfig model,
            TokenizerConfig addedTokens,
            TokenizerConfig specialTokens,
            boolean hasTokenizer) {
        /** Whether {@code tokenizer_config.json} lists the added tokens by id. */
        boolean hasDecoder() {
            return config.has(DECODER);
        }

        /** The files that name special tokens, the first one that has a key decides. */
        List<TokenizerConfig> naming() {
            // The file of special tokens is asked only where there is no list by id, as by transformers.
            return hasDecoder() ? List.of(config) : List.of(specialTokens, config);
        }

        /** The special token under a key. */
        Optional<String> token(String key) {
            return naming().stream().filter(file -> file.has(key)).findFirst().flatMap(file -> file.token(key));
        }
    }

    private DeclaredTokens(ObjectNode json, Sources sources, TokenizerClass tokenizerClass, TransformersRules rules) {
        this.json = json;
        this.config = sources.config();
        this.tokenizerClass = tokenizerClass;
        this.byVersion5 = rules == TransformersRules.FIVE;
        this.added = json.get("added_tokens") instanceof ArrayNode there ? there : json.putArray("added_tokens");
        readVocabulary();
        for (JsonNode token : added) {
            if (token instanceof ObjectNode object && token.path("content").isTextual()) {
                byContent.put(token.path("content").textValue(), object);
                highest = Math.max(highest, token.path("id").asInt(-1));
            }
        }
        settle(sources);
    }

    /** Finds the tokens whose flags no key of a special token changes. */
    private void settle(Sources sources) {
        if (sources.hasDecoder()) {
            ofDecoder()
                    .values()
                    .forEach(token -> settled.add(token.path("content").textValue()));
        } else {
            sources.addedTokens().json().fieldNames().forEachRemaining(settled::add);
        }
        if (sources.hasTokenizer() && (byVersion5 || !sources.hasDecoder())) {
            settled.addAll(byContent.keySet());
        }
    }

    /**
     * @param json a {@code tokenizer.json}, to which the tokens are added
     * @param rules whose rules hold where versions of transformers differ; the files' are those of version 4
     * @throws InputException if a token has another id than it would get
     */
    static void addTo(ObjectNode json, Sources sources, TokenizerClass tokenizerClass, TransformersRules rules) {
        DeclaredTokens tokens = new DeclaredTokens(json, sources, tokenizerClass, rules);
        Map<String, Optional<ObjectNode>> special = tokens.specialTokens(sources);
        if (sources.hasDecoder()) {
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
     * All special tokens that a file names, the class's mask token, and its others which the tokenizer has, with the
     * flags that they get; empty for one that keeps those that it has.
     */
    private Map<String, Optional<ObjectNode>> specialTokens(Sources sources) {
        Map<String, Optional<ObjectNode>> special = new LinkedHashMap<>();
        for (Map.Entry<String, Optional<String>> entry : tokenizerClass.usual().byKey()) {
            String key = entry.getKey();
            Optional<TokenizerConfig> file =
                    sources.naming().stream().filter(one -> one.has(key)).findFirst();
            if (file.isEmpty()) {
                entry.getValue()
                        .filter(usual ->
                                key.equals(MASK) || vocabulary.containsKey(usual) || byContent.containsKey(usual))
                        .ifPresent(usual -> special.putIfAbsent(usual, usualFlags(key, usual)));
                continue;
            }
            Optional<String> named = file.get().token(key);
            if (named.isEmpty()) {
                // null: the tokenizer has no such token.
                continue;
            }
            Optional<ObjectNode> flags =
                    namedFlags(key, named.get(), file.get().json().get(key));
            if (byVersion5) {
                special.put(named.get(), flags);
            } else {
                special.putIfAbsent(named.get(), flags);
            }
        }
        for (TokenizerConfig file : sources.naming()) {
            for (String key : MORE_KEYS) {
                more(file, key).forEach((content, declared) -> special.putIfAbsent(content, moreFlags(declared)));
            }
        }
        return special;
    }

    /** Of a token that no file names: by version 4 the class's, whatever other files say. */
    private Optional<ObjectNode> usualFlags(String key, String usual) {
        return byVersion5 && settled.contains(usual) ? Optional.empty() : classFlags(key, usual);
    }

    private Optional<ObjectNode> namedFlags(String key, String content, JsonNode declared) {
        if (settled.contains(content)) {
            return Optional.empty();
        }
        return declared.isObject() ? Optional.of(specialToken(declared)) : classFlags(key, content);
    }

    /** Flags of one of the additional special tokens: by version 4 an object counts whatever other files say. */
    private Optional<ObjectNode> moreFlags(JsonNode declared) {
        boolean isLeft = byVersion5 && settled.contains(declared.path("content").asText());
        return declared.isObject() && !isLeft ? Optional.of(specialToken(declared)) : Optional.empty();
    }

    /** Flags that the class itself gives the token under a key. */
    private Optional<ObjectNode> classFlags(String key, String content) {
        boolean isMask = key.equals(MASK);
        if (isMask ? !tokenizerClass.maskTakesSpaces(byVersion5) : tokenizerClass != TokenizerClass.MPNET) {
            return Optional.empty();
        }
        return Optional.of(plain(content, true).put("lstrip", isMask));
    }

    private ObjectNode specialToken(JsonNode declared) {
        return token(declared, true).put("special", true);
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

    private void addSpecial(String content, Optional<ObjectNode> flags) {
        if (flags.isPresent()) {
            put(flags.get());
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
