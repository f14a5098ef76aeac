// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.purespark.Shown;

/**
 * The part {@code post_processor}: the tokens that are put around a text, or around the two texts of a pair, as
 * {@code [CLS]} and {@code [SEP]}.
 */
final class PostProcessorCheck {
    private static final List<String> TYPES =
            List.of("BertProcessing", "RobertaProcessing", "TemplateProcessing", "ByteLevel", "Sequence");
    private static final int MOST_PIECES = 64;
    private static final int MOST_TOKENS_OF_PIECE = 16;
    private static final int LONGEST_NAME = 256;

    private final Vocabulary vocabulary;
    private int steps;
    private boolean adds;
    private int before;
    private int after;
    private PairRule pairs = new PairRule.Known(PairTemplate.BARE);

    private PostProcessorCheck(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
    }

    /**
     * How many tokens stand around a text.
     *
     * @param before the text, at least 0
     * @param after the text, at least 0
     * @param pairs what stands around the two texts of a pair
     */
    record Around(int before, int after, PairRule pairs) {}

    static Around check(JsonPart postProcessor, Vocabulary vocabulary) {
        PostProcessorCheck check = new PostProcessorCheck(vocabulary);
        if (postProcessor.isThere()) {
            check.step(postProcessor, 1);
        }
        return new Around(check.before, check.after, check.pairs);
    }

    private void step(JsonPart part, int depth) {
        if (++steps > NormalizerCheck.MOST_STEPS || depth > 2) {
            throw part.refused("is one too many: at most " + NormalizerCheck.MOST_STEPS
                    + " post-processors, 2 levels deep, are read");
        }
        switch (part.type(TYPES)) {
            case "Sequence" -> {
                part.requireFields(Set.of("processors"), Set.of());
                for (JsonPart one : part.at("processors").items(NormalizerCheck.MOST_STEPS)) {
                    step(one, depth + 1);
                }
            }
            case "ByteLevel" -> {
                part.requireFields(Set.of("add_prefix_space", "trim_offsets"), Set.of("use_regex"));
                part.at("add_prefix_space").flag();
                part.at("trim_offsets").flag();
                if (part.json().has("use_regex")) {
                    part.at("use_regex").flag();
                }
            }
            case "BertProcessing" -> {
                part.requireFields(Set.of("sep", "cls"), Set.of());
                tokensAround(part, 1, 1);
            }
            case "RobertaProcessing" -> {
                part.requireFields(Set.of("sep", "cls", "trim_offsets", "add_prefix_space"), Set.of());
                part.at("trim_offsets").flag();
                part.at("add_prefix_space").flag();
                tokensAround(part, 2, 0);
            }
            default -> template(part);
        }
    }

    /** The native code reads the result of the first as more than one text. */
    private void requireFirst(JsonPart part) {
        if (adds) {
            throw part.refused("is the second that adds tokens; one is read");
        }
        adds = true;
    }

    /**
     * @param between number of {@code sep} between the texts of a pair
     * @param typeOfSecond type of the second text and of what follows it
     */
    private void tokensAround(JsonPart part, int between, int typeOfSecond) {
        requireFirst(part);
        for (String end : List.of("sep", "cls")) {
            JsonPart token = part.at(end);
            if (!token.json().isArray() || token.json().size() != 2) {
                throw token.unexpected("a token with its id");
            }
            requireToken(token, token.at(0).text(LONGEST_NAME), token.at(1).id());
        }
        before = 1;
        after = 1;
        int first = part.at("cls").at(1).id();
        int last = part.at("sep").at(1).id();
        List<Integer> types = new ArrayList<>(Collections.nCopies(2 + between, 0));
        types.addAll(List.of(typeOfSecond, typeOfSecond));
        pairs = new PairRule.Known(
                new PairTemplate(List.of(first), Collections.nCopies(between, last), List.of(last), types));
    }

    private void template(JsonPart part) {
        requireFirst(part);
        part.requireFields(Set.of("single", "pair", "special_tokens"), Set.of());
        Map<String, List<Integer>> tokens = specialTokens(part.at("special_tokens"));
        int texts = 0;
        for (JsonPart piece : part.at("single").items(MOST_PIECES)) {
            String text = text(piece);
            requireTypeOfSingleTexts(piece);
            if (text.equals("A")) {
                texts++;
            } else if (!text.isEmpty()) {
                throw piece.refused("is the sequence \"" + text + "\"; one text is the sequence \"A\"");
            } else if (texts == 0) {
                before += tokens(piece, tokens).size();
            } else {
                after += tokens(piece, tokens).size();
            }
        }
        if (texts != 1) {
            throw part.at("single").refused("has the text " + texts + " times; expected is once");
        }
        pairs = pairRule(part.at("pair"), tokens);
    }

    private static PairRule pairRule(JsonPart part, Map<String, List<Integer>> tokens) {
        List<List<Integer>> ids = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        List<Integer> types = new ArrayList<>();
        StringBuilder texts = new StringBuilder();
        for (JsonPart piece : part.items(MOST_PIECES)) {
            String text = text(piece);
            int type = type(piece).id();
            if (text.isEmpty()) {
                List<Integer> added = tokens(piece, tokens);
                ids.get(Math.min(texts.length(), 2)).addAll(added);
                types.addAll(Collections.nCopies(added.size(), type));
            } else {
                texts.append(text);
                types.add(type);
            }
        }
        return texts.toString().equals("AB")
                ? new PairRule.Known(new PairTemplate(ids.get(0), ids.get(1), ids.get(2), types))
                : new PairRule.Refused(part.refused("has the texts \"" + texts + "\"; a pair is \"AB\", each text once")
                        .getMessage());
    }

    /** @return the ids of the tokens that each name stands for */
    private Map<String, List<Integer>> specialTokens(JsonPart part) {
        if (!part.json().isObject() || part.json().size() > MOST_PIECES) {
            throw part.unexpected("an object of at most " + MOST_PIECES + " special tokens");
        }
        Map<String, List<Integer>> known = new HashMap<>();
        for (Iterator<String> names = part.json().fieldNames(); names.hasNext(); ) {
            String name = names.next();
            JsonPart token = part.ofToken(name);
            token.requireFields(Set.of("id", "ids", "tokens"), Set.of());
            token.at("id").text(LONGEST_NAME);
            List<JsonPart> ids = token.at("ids").items(MOST_TOKENS_OF_PIECE);
            List<JsonPart> texts = token.at("tokens").items(MOST_TOKENS_OF_PIECE);
            if (ids.size() != texts.size() || ids.isEmpty()) {
                throw token.refused("has " + texts.size() + " tokens and " + ids.size() + " ids");
            }
            for (int i = 0; i < ids.size(); i++) {
                requireToken(
                        texts.get(i),
                        texts.get(i).text(LONGEST_NAME),
                        ids.get(i).id());
            }
            known.put(name, ids.stream().map(JsonPart::id).toList());
        }
        return known;
    }

    private void requireToken(JsonPart part, String token, int id) {
        int known = vocabulary
                .id(token)
                .orElseThrow(() -> part.refused("is the token \"" + Shown.of(token) + "\", which does not exist"));
        if (known != id) {
            throw part.refused("is the token \"" + Shown.of(token) + "\" with id " + id + "; its id is " + known);
        }
    }

    /** Models are given token type 0 for each token of a single text. */
    private static void requireTypeOfSingleTexts(JsonPart piece) {
        JsonPart type = type(piece);
        if (type.id() != 0) {
            throw type.refused("is " + type.id() + " in the template of a single text; only 0 is computed");
        }
    }

    private static JsonPart type(JsonPart piece) {
        return piece.at(piece.json().fieldNames().next()).at("type_id");
    }

    /** "A" or "B" for a sequence, empty for a special token. */
    private static String text(JsonPart piece) {
        JsonNode json = piece.json();
        if (json.isObject() && json.size() == 1) {
            String kind = json.fieldNames().next();
            JsonPart content = piece.at(kind);
            if (kind.equals("Sequence") || kind.equals("SpecialToken")) {
                content.requireFields(Set.of("id", "type_id"), Set.of());
                content.at("type_id").id();
                content.at("id").text(LONGEST_NAME);
                return kind.equals("Sequence") ? content.at("id").oneOf(List.of("A", "B")) : "";
            }
        }
        throw piece.unexpected("an object with a Sequence or a SpecialToken");
    }

    private static List<Integer> tokens(JsonPart piece, Map<String, List<Integer>> tokens) {
        JsonPart id = piece.at("SpecialToken").at("id");
        List<Integer> known = tokens.get(id.json().textValue());
        if (known == null) {
            throw id.refused("is \"" + Shown.of(id.json().textValue()) + "\", which special_tokens does not have");
        }
        return known;
    }
}
