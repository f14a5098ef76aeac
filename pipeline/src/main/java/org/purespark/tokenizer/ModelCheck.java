// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.purespark.Shown;

/**
 * The part {@code model}: the vocabulary and how words are cut into its tokens. The native code fails where a token
 * that it needs is missing; what is refused here would end the whole process there.
 */
final class ModelCheck {
    /** Tokens of a vocabulary; XLM-V, the largest one that is known, has 901,629. */
    static final int MOST_TOKENS = 2_000_000;

    private static final int MOST_MERGES = 4_000_000;
    private static final int LONGEST_TOKEN = 1024;
    private static final int LONGEST_AFFIX = 16;
    /** The native code tries all parts of a word: its time grows with the square of this number. */
    private static final int LONGEST_WORD = 200;

    private static final List<String> TYPES = List.of("WordPiece", "BPE", "Unigram", "WordLevel");

    private ModelCheck() {}

    /**
     * Checks the model. A model without a type gets the one that its fields tell, as in the native code.
     *
     * @return its tokens with their ids, and the number that the first token gets that is added to them
     */
    static Tokens check(JsonPart model) {
        if (model.json() instanceof ObjectNode object && !object.has("type")) {
            object.put("type", typeOf(object));
        }
        return switch (model.type(TYPES)) {
            case "WordPiece" -> wordPiece(model);
            case "BPE" -> bytePairs(model);
            case "Unigram" -> UnigramCheck.check(model);
            default -> wordLevel(model);
        };
    }

    /**
     * The tokens of a model.
     *
     * @param ids token to id
     * @param size what the native code takes for the size of the vocabulary
     */
    record Tokens(Map<String, Integer> ids, int size) {}

    private static String typeOf(ObjectNode model) {
        if (model.has("merges")) {
            return "BPE";
        }
        if (model.path("vocab").isArray()) {
            return "Unigram";
        }
        return model.has("max_input_chars_per_word") ? "WordPiece" : "WordLevel";
    }

    private static Tokens wordPiece(JsonPart model) {
        model.requireFields(
                Set.of("unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab"), Set.of());
        model.at("continuing_subword_prefix").text(LONGEST_AFFIX);
        model.at("max_input_chars_per_word").integer(1, LONGEST_WORD);
        Map<String, Integer> ids = ids(model.at("vocab"));
        requireToken(model.at("unk_token"), ids);
        return new Tokens(ids, ids.size());
    }

    private static Tokens wordLevel(JsonPart model) {
        model.requireFields(Set.of("unk_token", "vocab"), Set.of());
        Map<String, Integer> ids = ids(model.at("vocab"));
        requireToken(model.at("unk_token"), ids);
        return new Tokens(ids, ids.size());
    }

    private static Tokens bytePairs(JsonPart model) {
        model.requireFields(
                Set.of("vocab", "merges"),
                Set.of(
                        "dropout",
                        "unk_token",
                        "continuing_subword_prefix",
                        "end_of_word_suffix",
                        "fuse_unk",
                        "byte_fallback",
                        "ignore_merges"));
        for (String flag : List.of("fuse_unk", "byte_fallback", "ignore_merges")) {
            model.at(flag).requireFlagIfThere();
        }
        JsonPart dropout = model.at("dropout");
        if (dropout.isThere() && !(dropout.json().isNumber() && dropout.json().doubleValue() == 0)) {
            throw dropout.unexpected("null: dropout makes the ids of a text random");
        }
        String prefix =
                model.at("continuing_subword_prefix").textIfThere(LONGEST_AFFIX).orElse("");
        model.at("end_of_word_suffix").textIfThere(LONGEST_AFFIX);
        Map<String, Integer> ids = ids(model.at("vocab"));
        if (model.at("unk_token").isThere()) {
            requireToken(model.at("unk_token"), ids);
        }
        merges(model.at("merges"), ids, prefix);
        return new Tokens(ids, ids.size());
    }

    /** Two tokens to one. Each is a pair of strings, or in older files one string with a space in it. */
    private static void merges(JsonPart merges, Map<String, Integer> ids, String prefix) {
        if (!merges.json().isArray() || merges.json().size() > MOST_MERGES) {
            throw merges.unexpected("an array of at most " + MOST_MERGES);
        }
        boolean pairs = merges.json().path(0).isArray();
        int index = 0;
        for (JsonNode merge : merges.json()) {
            Optional<String[]> parts = pairs ? pair(merge) : words(merge);
            if (parts.isEmpty()) {
                throw merges.at(index).unexpected(pairs ? "two tokens" : "two tokens with one space between them");
            }
            String first = parts.get()[0];
            String second = parts.get()[1];
            requireToken(merges.at(index), first, ids);
            requireToken(merges.at(index), second, ids);
            if (!second.startsWith(prefix)) {
                throw merges.at(index).refused("does not go on with the prefix \"" + prefix + "\"");
            }
            requireToken(merges.at(index), first + second.substring(prefix.length()), ids);
            index++;
        }
    }

    private static Optional<String[]> pair(JsonNode merge) {
        return merge.isArray()
                        && merge.size() == 2
                        && merge.get(0).isTextual()
                        && merge.get(1).isTextual()
                ? Optional.of(
                        new String[] {merge.get(0).textValue(), merge.get(1).textValue()})
                : Optional.empty();
    }

    private static Optional<String[]> words(JsonNode merge) {
        String[] words = merge.isTextual() ? merge.textValue().split(" ", -1) : new String[0];
        return words.length == 2 ? Optional.of(words) : Optional.empty();
    }

    private static void requireToken(JsonPart part, Map<String, Integer> ids) {
        requireToken(part, part.text(LONGEST_TOKEN), ids);
    }

    private static void requireToken(JsonPart part, String token, Map<String, Integer> ids) {
        if (!ids.containsKey(token)) {
            throw part.refused("needs the token \"" + Shown.of(token) + "\", which the vocabulary does not have");
        }
    }

    private static Map<String, Integer> ids(JsonPart vocabulary) {
        JsonNode json = vocabulary.json();
        if (!json.isObject() || json.isEmpty() || json.size() > MOST_TOKENS) {
            throw vocabulary.unexpected("an object of 1 to " + MOST_TOKENS + " tokens with their ids");
        }
        Map<String, Integer> ids = new HashMap<>(json.size() * 2);
        for (Iterator<Map.Entry<String, JsonNode>> tokens = json.fields(); tokens.hasNext(); ) {
            Map.Entry<String, JsonNode> token = tokens.next();
            requireLength(vocabulary, token.getKey(), LONGEST_TOKEN);
            if (!token.getValue().isInt() || token.getValue().intValue() < 0) {
                throw vocabulary
                        .ofToken(token.getKey())
                        .unexpected("an id, a whole number from 0 to " + Integer.MAX_VALUE);
            }
            ids.put(token.getKey(), token.getValue().intValue());
        }
        return ids;
    }

    /** Refuses a token that is longer than {@code most} UTF-16 units. */
    static void requireLength(JsonPart vocabulary, String token, int most) {
        if (token.length() > most) {
            throw vocabulary.refused(
                    "has the token \"" + Shown.of(token) + "\", which is longer than " + most + " characters");
        }
    }
}
