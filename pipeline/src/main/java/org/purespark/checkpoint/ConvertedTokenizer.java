// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.Utf8Text;

/**
 * Makes the tokenizer files of a Hugging Face directory from a {@code tokenizer.json} made for embedding programs, or
 * from BERT's {@code vocab.txt}.
 */
final class ConvertedTokenizer {
    private ConvertedTokenizer() {}

    /**
     * The same tokenizer without built-in padding and truncation, and a {@code tokenizer_config.json} that lets
     * {@code AutoTokenizer} open it.
     *
     * @param source a name for messages
     * @param vocabulary V; every token id must be smaller
     * @param maxTokens the longest text of the model
     */
    static Map<String, byte[]> files(byte[] tokenizerJson, String source, int vocabulary, int maxTokens)
            throws IOException {
        ObjectNode tokenizer = JsonFile.parse(Utf8Text.of(tokenizerJson, source), source);
        JsonNode model = tokenizer.path("model");
        if (!model.path("type").asText().equals("WordPiece")
                || !model.path("vocab").isObject()) {
            throw new InputException("cannot convert " + source + ": its model is \""
                    + Shown.of(model.path("type").asText()) + "\", expected \"WordPiece\" as BERT has it");
        }
        for (Map.Entry<String, JsonNode> token : model.path("vocab").properties()) {
            if (!token.getValue().canConvertToInt()
                    || token.getValue().intValue() < 0
                    || token.getValue().intValue() >= vocabulary) {
                throw new InputException("cannot convert " + source + ": token \"" + Shown.of(token.getKey())
                        + "\" has id " + Shown.of(token.getValue()) + ", the model's word embedding has " + vocabulary
                        + " rows");
            }
        }
        tokenizer.putNull("truncation");
        tokenizer.putNull("padding");
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("tokenizer.json", JsonFile.render(tokenizer));
        files.put("tokenizer_config.json", JsonFile.render(config(tokenizer, source, maxTokens)));
        return files;
    }

    /**
     * The vocabulary, and a {@code tokenizer_config.json} that makes a {@code BertTokenizer} of it.
     *
     * @param text the file's content: a token a line, of which the first has id 0
     * @param source a name for messages
     * @param vocabulary V; there must be no more lines
     * @param maxTokens the longest text of the model
     */
    static Map<String, byte[]> ofVocabulary(
            String text, String source, int vocabulary, int maxTokens, LetterCase letterCase) throws IOException {
        List<String> tokens = text.lines().toList();
        if (tokens.size() > vocabulary) {
            throw new InputException("cannot convert " + source + ": it has " + tokens.size()
                    + " tokens, the model's word embedding has " + vocabulary + " rows");
        }
        ObjectNode config = config(maxTokens);
        config.put("do_lower_case", letterCase == LetterCase.LOWERED);
        config.put("tokenize_chinese_chars", true);
        config.putNull("strip_accents");
        putSpecialTokens(config, new HashSet<>(tokens)::contains, source);
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("vocab.txt", text.getBytes(StandardCharsets.UTF_8));
        files.put("tokenizer_config.json", JsonFile.render(config));
        return files;
    }

    private static ObjectNode config(ObjectNode tokenizer, String source, int maxTokens) {
        JsonNode normalizer = tokenizer.path("normalizer");
        ObjectNode config = config(maxTokens);
        config.put("do_lower_case", normalizer.path("lowercase").asBoolean(true));
        config.put(
                "tokenize_chinese_chars",
                normalizer.path("handle_chinese_chars").asBoolean(true));
        if (normalizer.path("strip_accents").isBoolean()) {
            config.put("strip_accents", normalizer.path("strip_accents").booleanValue());
        } else {
            config.putNull("strip_accents");
        }
        putSpecialTokens(config, tokenizer.path("model").path("vocab")::has, source);
        return config;
    }

    private static ObjectNode config(int maxTokens) {
        ObjectNode config = JsonFile.MAPPER.createObjectNode();
        config.put("tokenizer_class", "BertTokenizer");
        config.put("model_max_length", maxTokens);
        return config;
    }

    private static void putSpecialTokens(ObjectNode config, Predicate<String> vocabulary, String source) {
        for (String role : new String[] {"cls", "mask", "pad", "sep", "unk"}) {
            String token = "[" + role.toUpperCase(Locale.ROOT) + "]";
            if (!vocabulary.test(token)) {
                throw new InputException(
                        "cannot convert " + source + ": its vocabulary lacks " + token + ", as BERT's has it");
            }
            config.put(role + "_token", token);
        }
    }
}
