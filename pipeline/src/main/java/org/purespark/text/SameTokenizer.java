// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Compares two descriptions of tokenizers with the same vocabulary. */
final class SameTokenizer {
    private static final List<String> FLAGS = List.of("single_word", "lstrip", "rstrip", "normalized");

    private SameTokenizer() {}

    /** Whether both cut texts alike, as far as their descriptions tell. */
    static boolean is(ObjectNode one, ObjectNode other) {
        return List.of("normalizer", "pre_tokenizer", "post_processor").stream()
                        .allMatch(part -> steps(one.path(part)).equals(steps(other.path(part))))
                && model(one.path("model")).equals(model(other.path("model")))
                && added(one.path("added_tokens")).equals(added(other.path("added_tokens")));
    }

    /** What a model has beside vocabulary and merges. */
    private static List<Object> model(JsonNode model) {
        boolean isWordPiece = model.path("type").asText("WordPiece").equals("WordPiece") && model.has("unk_token");
        return List.of(
                model.path("unk_id").asInt(-1),
                model.path("ignore_merges").asBoolean(false),
                model.path("byte_fallback").asBoolean(false),
                isWordPiece ? model.path("unk_token").asText() : "",
                model.path("continuing_subword_prefix").asText(""),
                model.path("end_of_word_suffix").asText(""),
                model.path("max_input_chars_per_word").asInt(-1));
    }

    /** The added tokens by content, with what decides where they are found. */
    private static Map<String, List<Object>> added(JsonNode tokens) {
        Map<String, List<Object>> added = new TreeMap<>();
        for (JsonNode token : tokens) {
            List<Object> facts = new ArrayList<>();
            facts.add(token.path("id").asInt());
            FLAGS.forEach(flag -> facts.add(token.path(flag).asBoolean(false)));
            added.put(token.path("content").asText(), facts);
        }
        return added;
    }

    /** The steps of a part one after the other, each in one form. */
    static List<JsonNode> steps(JsonNode part) {
        List<JsonNode> steps = new ArrayList<>();
        switch (part.path("type").asText()) {
            case "" -> {}
            case "Sequence" -> {
                for (String list : List.of("normalizers", "pretokenizers", "processors")) {
                    part.path(list).forEach(step -> steps.addAll(steps(step)));
                }
            }
            case "Metaspace" -> steps.add(plainMetaspace((ObjectNode) part));
            case "TemplateProcessing" -> {
                for (JsonNode piece : part.path("single")) {
                    JsonNode token = piece.path("SpecialToken").path("id");
                    steps.add(token.isMissingNode() ? piece.path("Sequence").path("id") : token);
                }
            }
            case "RobertaProcessing", "BertProcessing" -> {
                steps.add(part.path("cls").path(0));
                steps.add(((ObjectNode) part).textNode("A"));
                steps.add(part.path("sep").path(0));
            }
            case "ByteLevel" -> steps.add(((ObjectNode) part.deepCopy()).without("trim_offsets"));
            default -> steps.add(part);
        }
        return steps;
    }

    private static JsonNode plainMetaspace(ObjectNode part) {
        boolean always = part.path("add_prefix_space").asBoolean(true);
        ObjectNode plain = part.objectNode().put("type", "Metaspace");
        plain.set("replacement", part.path("replacement"));
        plain.put("prepend_scheme", part.path("prepend_scheme").asText(always ? "always" : "never"));
        return plain.put("split", part.path("split").asBoolean(true));
    }
}
