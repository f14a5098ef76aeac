// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * A {@code tokenizer.json} as transformers 5 reads it, if the tokenizer has a class with rules of its own: of the file
 * it takes the vocabulary, merges, SentencePiece's character map and added tokens; all else is the class's.
 */
final class RebuiltTokenizer {
    private static final String MARK = "▁";
    private static final int ALBERT_UNKNOWN = 1;
    private static final int XLM_ROBERTA_UNKNOWN = 3;
    private static final int LONGEST_WORD = 100;

    private final String source;
    private final ObjectNode json;
    private final DeclaredTokens.Sources sources;
    private final TokenizerConfig config;
    private final TokenizerClass tokenizerClass;

    private RebuiltTokenizer(
            String source, ObjectNode json, DeclaredTokens.Sources sources, TokenizerClass tokenizerClass) {
        this.source = source;
        this.json = json;
        this.sources = sources;
        this.config = sources.config();
        this.tokenizerClass = tokenizerClass;
    }

    /**
     * The file as version 5 makes it.
     *
     * @param source address of the file, for messages
     * @param json the file; not changed
     * @throws InputException if version 5 does not make that class from the file
     */
    static ObjectNode of(
            String source, ObjectNode json, DeclaredTokens.Sources sources, TokenizerClass tokenizerClass) {
        RebuiltTokenizer made = new RebuiltTokenizer(source, copy(json), sources, tokenizerClass);
        if (tokenizerClass != TokenizerClass.FILES_ALONE) {
            made.rebuild();
        }
        return made.json;
    }

    /** A copy whose parts may be changed, but not the vocabulary and the merges, which are large. */
    static ObjectNode copy(ObjectNode json) {
        ObjectNode copy = json.objectNode();
        for (Map.Entry<String, JsonNode> part : json.properties()) {
            boolean isModel = part.getKey().equals("model") && part.getValue().isObject();
            copy.set(
                    part.getKey(),
                    isModel
                            ? json.objectNode().setAll((ObjectNode) part.getValue())
                            : part.getValue().deepCopy());
        }
        return copy;
    }

    private void rebuild() {
        switch (tokenizerClass) {
            case BERT, MPNET -> {
                requireModel("WordPiece");
                bertNormalizer(json.putObject("normalizer"));
                json.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
                ((ObjectNode) json.get("model"))
                        .put(
                                "unk_token",
                                token("unk_token", tokenizerClass.usual().unknown()))
                        .put("continuing_subword_prefix", "##")
                        .put("max_input_chars_per_word", LONGEST_WORD);
            }
            case ROBERTA -> {
                requireModel("BPE");
                json.putNull("normalizer");
                json.putObject("pre_tokenizer")
                        .put("type", "ByteLevel")
                        .put("add_prefix_space", config.flag("add_prefix_space").orElse(false))
                        .put("trim_offsets", true)
                        .put("use_regex", true);
                ((ObjectNode) json.get("model"))
                        .put("continuing_subword_prefix", "")
                        .put("end_of_word_suffix", "")
                        .put("fuse_unk", false)
                        .put("byte_fallback", false)
                        .put("ignore_merges", false);
            }
            case XLM_ROBERTA -> {
                unigram(XLM_ROBERTA_UNKNOWN);
                Optional<JsonNode> map = characterMap(json.path("normalizer"));
                json.set("normalizer", map.orElse(json.nullNode()));
                marks("never", Split.AT_SPACES);
            }
            case ALBERT -> {
                unigram(ALBERT_UNKNOWN);
                albertNormalizer();
                marks("never", Split.AT_SPACES);
            }
            case DEBERTA_V2 -> {
                unigram(unknownOfDeberta());
                debertaNormalizer();
                marks("first", config.flag("split_by_punct").orElse(false) ? Split.AT_PUNCTUATION : Split.NONE);
            }
            case FILES_ALONE -> {}
        }
        // ALBERT's class alone leaves the tokens around a text as the file has them.
        if (tokenizerClass != TokenizerClass.ALBERT || !json.hasNonNull("post_processor")) {
            template();
        }
        if (sources.hasDecoder()) {
            // The list by id is in the place of the file's added tokens.
            json.putArray("added_tokens");
        }
    }

    private void bertNormalizer(ObjectNode normalizer) {
        normalizer.put("type", "BertNormalizer").put("clean_text", true);
        normalizer.put(
                "handle_chinese_chars", config.flag("tokenize_chinese_chars").orElse(true));
        normalizer.put("strip_accents", config.flag("strip_accents").orElse(null));
        normalizer.put("lowercase", config.flag("do_lower_case").orElse(true));
    }

    private void albertNormalizer() {
        Optional<JsonNode> map = characterMap(json.path("normalizer"));
        ArrayNode steps = json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        for (String quotes : List.of("``", "''")) {
            steps.addObject()
                    .put("type", "Replace")
                    .put("content", "\"")
                    .putObject("pattern")
                    .put("String", quotes);
        }
        if (!config.flag("keep_accents").orElse(false)) {
            steps.addObject().put("type", "NFKD");
            steps.addObject().put("type", "StripAccents");
        }
        if (config.flag("do_lower_case").orElse(true)) {
            steps.addObject().put("type", "Lowercase");
        }
        map.ifPresent(steps::add);
    }

    private void debertaNormalizer() {
        ArrayNode steps = json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        if (config.flag("do_lower_case").orElse(false)) {
            steps.addObject().put("type", "Lowercase");
        }
        steps.addObject()
                .put("type", "Replace")
                .put("content", " ")
                .putObject("pattern")
                .put("Regex", "\\s{2,}|[\\n\\r\\t]");
        steps.addObject().put("type", "NFC");
        steps.addObject().put("type", "Strip").put("strip_left", false).put("strip_right", true);
    }

    /** What stands before the marks of spaces. */
    private enum Split {
        NONE,
        AT_SPACES,
        AT_PUNCTUATION
    }

    /** @param otherwise which words get a mark if {@code add_prefix_space} is false */
    private void marks(String otherwise, Split split) {
        ArrayNode steps =
                json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        switch (split) {
            case NONE -> {}
            case AT_SPACES -> steps.addObject().put("type", "WhitespaceSplit");
            case AT_PUNCTUATION -> steps.addObject().put("type", "Punctuation").put("behavior", "Isolated");
        }
        steps.addObject()
                .put("type", "Metaspace")
                .put("replacement", MARK)
                .put("prepend_scheme", config.flag("add_prefix_space").orElse(true) ? "always" : otherwise)
                .put("split", true);
    }

    private void unigram(int unknown) {
        requireModel("Unigram");
        ((ObjectNode) json.get("model")).put("unk_id", unknown).put("byte_fallback", false);
    }

    /** The place of the unknown token with score 0, else 1. */
    private int unknownOfDeberta() {
        String unknown = token("unk_token", tokenizerClass.usual().unknown());
        int id = 0;
        for (JsonNode entry : json.path("model").path("vocab")) {
            if (entry.path(0).asText().equals(unknown) && entry.path(1).asDouble(1) == 0) {
                return id;
            }
            id++;
        }
        return 1;
    }

    /** The first and the last token around a text. */
    private void template() {
        boolean isXlm = tokenizerClass == TokenizerClass.XLM_ROBERTA;
        String first = isXlm
                ? token("bos_token", tokenizerClass.usual().begin())
                : token("cls_token", tokenizerClass.usual().first());
        String last = isXlm
                ? token("eos_token", tokenizerClass.usual().end())
                : token("sep_token", tokenizerClass.usual().last());
        int second = tokenizerClass.separatorsBetween() == 1 ? 1 : 0;
        ObjectNode template = json.putObject("post_processor").put("type", "TemplateProcessing");
        around(template.putArray("single"), first, "A", last);
        ArrayNode pair = template.putArray("pair");
        around(pair, first, "A", last);
        if (tokenizerClass.separatorsBetween() > 1) {
            special(pair, last, 0);
        }
        pair.addObject().putObject("Sequence").put("id", "B").put("type_id", second);
        special(pair, last, second);
        ObjectNode ids = template.putObject("special_tokens");
        for (String token : List.of(first, last)) {
            ObjectNode entry = ids.putObject(token).put("id", token);
            entry.putArray("ids").add(id(token));
            entry.putArray("tokens").add(token);
        }
    }

    private static void around(ArrayNode template, String first, String sequence, String last) {
        special(template, first, 0);
        template.addObject().putObject("Sequence").put("id", sequence).put("type_id", 0);
        special(template, last, 0);
    }

    private static void special(ArrayNode template, String token, int type) {
        template.addObject().putObject("SpecialToken").put("id", token).put("type_id", type);
    }

    private String token(String key, String usual) {
        return sources.token(key).orElse(usual);
    }

    private int id(String token) {
        for (JsonNode added : json.path("added_tokens")) {
            if (added.path("content").asText().equals(token)) {
                return added.path("id").asInt();
            }
        }
        JsonNode vocabulary = json.path("model").path("vocab");
        if (vocabulary.path(token).isInt()) {
            return vocabulary.get(token).intValue();
        }
        int id = 0;
        for (JsonNode entry : vocabulary) {
            if (entry.path(0).asText().equals(token)) {
                return id;
            }
            id++;
        }
        throw refused("no id for the special token " + Shown.of(token));
    }

    private void requireModel(String type) {
        JsonNode model = json.path("model");
        boolean isOther =
                model.path("type").isTextual() && !model.path("type").asText().equals(type);
        if (!model.isObject() || isOther) {
            throw refused("the class " + tokenizerClass.name() + " has a " + type + " model, found is "
                    + Shown.of(model.path("type")));
        }
    }

    private InputException refused(String what) {
        return new InputException("cannot use " + source + " with text.transformers=5: " + what
                + "; give text.transformers=4 to follow the file");
    }

    private static Optional<JsonNode> characterMap(JsonNode normalizer) {
        return SameTokenizer.steps(normalizer).stream()
                .filter(step -> step.path("type").asText().equals("Precompiled"))
                .findFirst();
    }
}
