// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * BERT's {@code vocab.txt}, one token on each line, and the equivalent {@code tokenizer.json}, as transformers'
 * {@code BertConverter} and {@code MPNetConverter} make it: BERT's normalizer and pre-tokenizer, greedy longest-match
 * WordPiece (Schuster and Nakajima, Japanese and Korean voice search, ICASSP 2012) with continuations marked
 * {@code ##}, and {@code [CLS] … [SEP]}, or other tokens of the {@link WordPieceKind}, around the text.
 *
 * @param source the file's address, for messages
 * @param ids token to id; for a token on two lines, the last id
 * @param lines number of lines, which is the first free id
 */
record WordPieceVocabulary(String source, Map<String, Integer> ids, int lines) {
    private static final int MAX_CHARACTERS_PER_WORD = 100;

    /** @param text the content of the file at {@code address} */
    static WordPieceVocabulary of(String address, String text) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        int line = 0;
        for (String token : text.lines().toList()) {
            ids.put(token, line++);
        }
        return new WordPieceVocabulary(address, ids, line);
    }

    /**
     * Fills in the equivalent {@code tokenizer.json}.
     *
     * @throws InputException if a special token is missing
     */
    ObjectNode tokenizer(ObjectNode json, TokenizerConfig config, WordPieceKind kind) {
        WordPieceKind.SpecialTokens special = kind.tokens(config);
        require(special.unknown(), "unk_token", config);
        json.put("version", "1.0");
        addTokens(json.putArray("added_tokens"), config, kind);
        normalizer(json.putObject("normalizer"), config);
        json.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
        postProcessor(json.putObject("post_processor"), special, kind.between());
        json.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
        ObjectNode model = json.putObject("model");
        model.put("type", "WordPiece")
                .put("unk_token", special.unknown())
                .put("continuing_subword_prefix", "##")
                .put("max_input_chars_per_word", MAX_CHARACTERS_PER_WORD);
        ObjectNode vocabulary = model.putObject("vocab");
        ids.forEach(vocabulary::put);
        return json;
    }

    private static void normalizer(ObjectNode normalizer, TokenizerConfig config) {
        boolean basic = config.flag("do_basic_tokenize").orElse(true);
        normalizer.put("type", "BertNormalizer").put("clean_text", true);
        normalizer.put(
                "handle_chinese_chars",
                basic && config.flag("tokenize_chinese_chars").orElse(true));
        // null: accents are removed if letters become lower case.
        normalizer.put("strip_accents", basic ? config.flag("strip_accents").orElse(null) : Boolean.FALSE);
        normalizer.put("lowercase", basic && config.flag("do_lower_case").orElse(true));
    }

    private void postProcessor(
            ObjectNode processor, WordPieceKind.SpecialTokens tokens, WordPieceKind.Between between) {
        String first = tokens.first();
        String last = tokens.last();
        processor.put("type", "TemplateProcessing");
        ArrayNode single = processor.putArray("single");
        special(single, first, 0);
        sequence(single, "A", 0);
        special(single, last, 0);
        ArrayNode pair = processor.putArray("pair");
        special(pair, first, 0);
        sequence(pair, "A", 0);
        special(pair, last, 0);
        if (between == WordPieceKind.Between.TWO_SEPARATORS) {
            special(pair, last, 0);
        }
        sequence(pair, "B", 1);
        special(pair, last, 1);
        ObjectNode known = processor.putObject("special_tokens");
        for (String token : new LinkedHashSet<>(List.of(first, last))) {
            ObjectNode entry = known.putObject(token).put("id", token);
            entry.putArray("ids").add(ids.get(token));
            entry.putArray("tokens").add(token);
        }
    }

    private static void special(ArrayNode template, String token, int type) {
        template.addObject().putObject("SpecialToken").put("id", token).put("type_id", type);
    }

    private static void sequence(ArrayNode template, String id, int type) {
        template.addObject().putObject("Sequence").put("id", id).put("type_id", type);
    }

    private void addTokens(ArrayNode added, TokenizerConfig config, WordPieceKind kind) {
        WordPieceKind.SpecialTokens special = kind.tokens(config);
        require(special.last(), "sep_token", config);
        require(special.padding(), "pad_token", config);
        require(special.first(), "cls_token", config);
        Map<Integer, ObjectNode> byId = new TreeMap<>();
        for (String token : List.of(special.unknown(), special.last(), special.padding(), special.first())) {
            byId.put(ids.get(token), addedToken(added, ids.get(token), token));
        }
        // A model classifies without its mask token, so a vocabulary need not have it.
        String mask = special.mask();
        if (ids.containsKey(mask)) {
            byId.put(ids.get(mask), addedToken(added, ids.get(mask), mask).put("lstrip", kind.maskTakesSpaces()));
        }
        declaredTokens(byId, added, config);
        added.addAll(byId.values());
    }

    /** Tokens that are added to the vocabulary: {@code added_tokens_decoder} lists them by id. */
    private void declaredTokens(Map<Integer, ObjectNode> byId, ArrayNode factory, TokenizerConfig config) {
        Map<Integer, JsonNode> declared = new TreeMap<>();
        config.json().path("added_tokens_decoder").fields().forEachRemaining(entry -> {
            if (!entry.getKey().matches("[0-9]{1,9}")
                    || !entry.getValue().path("content").isTextual()) {
                throw new InputException(config.source() + ": added_tokens_decoder, key " + Shown.of(entry.getKey())
                        + ": an id with the token's content is expected");
            }
            declared.put(Integer.valueOf(entry.getKey()), entry.getValue());
        });
        int free = lines;
        for (Map.Entry<Integer, JsonNode> entry : declared.entrySet()) {
            String content = entry.getValue().path("content").textValue();
            int id = ids.containsKey(content) ? ids.get(content) : free++;
            if (id != entry.getKey()) {
                throw new InputException(config.source() + ": added_tokens_decoder gives token " + Shown.of(content)
                        + " the id " + entry.getKey() + ", by " + source + " it is " + id
                        + "; save the tokenizer as tokenizer.json");
            }
            ObjectNode token = addedToken(factory, id, content);
            for (String flag : new String[] {"single_word", "lstrip", "rstrip", "normalized", "special"}) {
                token.put(
                        flag,
                        entry.getValue().path(flag).asBoolean(token.get(flag).booleanValue()));
            }
            byId.put(id, token);
        }
    }

    private static ObjectNode addedToken(ArrayNode factory, int id, String content) {
        return factory.objectNode()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }

    private void require(String token, String key, TokenizerConfig config) {
        if (!ids.containsKey(token)) {
            throw new InputException(source + ": no line for the special token " + Shown.of(token)
                    + "; add it, or name the one" + " that is used as " + key + " in " + config.source());
        }
    }
}
