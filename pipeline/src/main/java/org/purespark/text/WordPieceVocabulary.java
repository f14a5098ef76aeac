// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.config.TransformersRules;

/**
 * BERT's {@code vocab.txt}, one token on each line, and the equivalent {@code tokenizer.json}, as transformers'
 * {@code BertConverter} and {@code MPNetConverter} make it: BERT's normalizer and pre-tokenizer, greedy longest-match
 * WordPiece (Schuster and Nakajima, Japanese and Korean voice search, ICASSP 2012) with continuations marked
 * {@code ##}, and {@code [CLS] … [SEP]}, or other tokens of the {@link TokenizerClass}, around the text.
 *
 * @param source the file's address, for messages
 * @param ids token to id; for a token on two lines, the last id
 */
record WordPieceVocabulary(String source, Map<String, Integer> ids) {
    private static final int MAX_CHARACTERS_PER_WORD = 100;
    private static final Pattern SPACE_AT_END = Pattern.compile("\\p{IsWhite_Space}++\\z");

    /**
     * @param text the content of the file at {@code address}
     * @param rules version 5 of transformers ends a line at a line feed alone, and leaves out the white space at its
     *     end
     */
    static WordPieceVocabulary of(String address, String text, TransformersRules rules) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        int line = 0;
        if (rules == TransformersRules.FIVE) {
            String lines = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
            for (String token : lines.split("\n", -1)) {
                ids.put(SPACE_AT_END.matcher(token).replaceFirst(""), line++);
            }
        } else {
            for (String token : text.lines().toList()) {
                ids.put(token, line++);
            }
        }
        return new WordPieceVocabulary(address, ids);
    }

    /**
     * Fills in the equivalent {@code tokenizer.json}.
     *
     * @throws InputException if a special token is missing
     */
    ObjectNode tokenizer(ObjectNode json, TokenizerConfig config, TokenizerClass tokenizerClass) {
        TokenizerClass.SpecialTokens usual = tokenizerClass.usual();
        String unknown = token("unk_token", usual.unknown(), config);
        json.put("version", "1.0");
        addedTokens(json.putArray("added_tokens"), usual, config, tokenizerClass);
        json.putObject("normalizer")
                .put("type", "BertNormalizer")
                .put("clean_text", true)
                .put(
                        "handle_chinese_chars",
                        config.flag("tokenize_chinese_chars").orElse(true));
        json.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
        postProcessor(
                json.putObject("post_processor"),
                token("cls_token", usual.first(), config),
                token("sep_token", usual.last(), config),
                tokenizerClass.separatorsBetween());
        json.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
        ObjectNode model = json.putObject("model");
        model.put("type", "WordPiece")
                .put("unk_token", unknown)
                .put("continuing_subword_prefix", "##")
                .put("max_input_chars_per_word", MAX_CHARACTERS_PER_WORD);
        ObjectNode vocabulary = model.putObject("vocab");
        ids.forEach(vocabulary::put);
        return json;
    }

    private void postProcessor(ObjectNode processor, String first, String last, int separatorsBetween) {
        processor.put("type", "TemplateProcessing");
        ArrayNode single = processor.putArray("single");
        special(single, first, 0);
        sequence(single, "A", 0);
        special(single, last, 0);
        ArrayNode pair = processor.putArray("pair");
        special(pair, first, 0);
        sequence(pair, "A", 0);
        for (int i = 0; i < separatorsBetween; i++) {
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

    /** In the order of their ids; the mask token only where the vocabulary has it: a classifier needs none. */
    private void addedTokens(
            ArrayNode added,
            TokenizerClass.SpecialTokens usual,
            TokenizerConfig config,
            TokenizerClass tokenizerClass) {
        Map<Integer, ObjectNode> byId = new TreeMap<>();
        for (String token : List.of(
                token("unk_token", usual.unknown(), config),
                token("sep_token", usual.last(), config),
                token("pad_token", usual.padding(), config),
                token("cls_token", usual.first(), config))) {
            byId.put(ids.get(token), addedToken(added, ids.get(token), token));
        }
        String mask = config.token("mask_token").orElse(usual.mask());
        if (ids.containsKey(mask)) {
            byId.put(
                    ids.get(mask),
                    addedToken(added, ids.get(mask), mask).put("lstrip", tokenizerClass == TokenizerClass.MPNET));
        }
        added.addAll(byId.values());
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

    private String token(String key, String usual, TokenizerConfig config) {
        String token = config.token(key).orElse(usual);
        if (!ids.containsKey(token)) {
            throw new InputException(source + ": no line for the special token " + Shown.of(token)
                    + "; add it, or name the one" + " that is used as " + key + " in " + config.source());
        }
        return token;
    }
}
