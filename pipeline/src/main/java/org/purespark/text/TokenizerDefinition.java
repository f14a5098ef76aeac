// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.purespark.InputException;
import org.purespark.storage.FileKind;
import org.purespark.storage.JsonReason;
import org.purespark.storage.Storage;

/**
 * A tokenizer as {@code tokenizer.json} describes it, without truncation and padding.
 *
 * @param json the text of a {@code tokenizer.json}
 * @param padId id of the padding token
 */
record TokenizerDefinition(String json, int padId) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * Reads the tokenizer of a model directory.
     *
     * @throws InputException if the directory has none, or a file is not valid
     */
    static TokenizerDefinition read(Storage storage, String modelDirectory) {
        try {
            TokenizerConfig config = config(storage, modelDirectory);
            String address = Storage.child(modelDirectory, "tokenizer.json");
            if (storage.exists(address)) {
                return ofTokenizerJson(address, object(storage, address, FileKind.TOKENIZER), config);
            }
            String vocabulary = Storage.child(modelDirectory, "vocab.txt");
            if (storage.exists(vocabulary)) {
                ObjectNode json =
                        WordPieceVocabulary.read(storage, vocabulary).tokenizer(MAPPER.createObjectNode(), config);
                return ofTokenizerJson(vocabulary, json, config);
            }
        } catch (IOException e) {
            throw new InputException(modelDirectory + ": the tokenizer cannot be read (" + e.getMessage() + ")", e);
        }
        throw new InputException(modelDirectory + ": no tokenizer.json and no vocab.txt; transformers writes the"
                + " first: AutoTokenizer.from_pretrained(MODEL).save_pretrained(DIRECTORY)");
    }

    private static TokenizerConfig config(Storage storage, String modelDirectory) throws IOException {
        String address = Storage.child(modelDirectory, "tokenizer_config.json");
        return new TokenizerConfig(
                address,
                storage.exists(address)
                        ? object(storage, address, FileKind.TOKENIZER_CONFIG)
                        : MAPPER.createObjectNode());
    }

    private static TokenizerDefinition ofTokenizerJson(String source, ObjectNode json, TokenizerConfig config)
            throws JsonProcessingException {
        int padId = padId(source, json, config);
        json.putNull("truncation");
        json.putNull("padding");
        applyConfig(json, config);
        return new TokenizerDefinition(MAPPER.writeValueAsString(json), padId);
    }

    /** If both files have the same setting, {@code tokenizer_config.json} wins, as in transformers 4. */
    private static void applyConfig(ObjectNode json, TokenizerConfig config) {
        if (json.get("normalizer") instanceof ObjectNode normalizer
                && normalizer.path("type").asText().equals("BertNormalizer")) {
            override(normalizer, "lowercase", config, "do_lower_case");
            if (config.has("strip_accents")) {
                // null is a value too: accents are removed if letters become lower case.
                normalizer.put("strip_accents", config.flag("strip_accents").orElse(null));
            }
            override(normalizer, "handle_chinese_chars", config, "tokenize_chinese_chars");
        }
        if (json.get("pre_tokenizer") instanceof ObjectNode preTokenizer
                && preTokenizer.path("type").asText().equals("ByteLevel")) {
            override(preTokenizer, "add_prefix_space", config, "add_prefix_space");
        }
    }

    private static void override(ObjectNode part, String field, TokenizerConfig config, String key) {
        config.flag(key).ifPresent(value -> part.put(field, value));
    }

    private static int padId(String source, JsonNode json, TokenizerConfig config) {
        JsonNode embedded = json.path("padding").path("pad_id");
        if (embedded.isInt()) {
            return embedded.intValue();
        }
        List<String> names = config.token("pad_token").map(List::of).orElse(List.of("[PAD]", "<pad>"));
        return names.stream()
                .map(name -> id(json, name))
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(() -> new InputException(source + ": no padding token " + String.join(" or ", names)
                        + "; name it as pad_token in " + config.source()));
    }

    private static Optional<Integer> id(JsonNode json, String token) {
        for (JsonNode added : json.path("added_tokens")) {
            if (added.path("content").asText().equals(token)) {
                return Optional.of(added.path("id").asInt());
            }
        }
        JsonNode id = json.path("model").path("vocab").path(token);
        return id.isInt() ? Optional.of(id.intValue()) : Optional.empty();
    }

    private static ObjectNode object(Storage storage, String address, FileKind kind) throws IOException {
        try {
            if (MAPPER.readTree(storage.readText(address, kind)) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new InputException(address + ": not valid JSON (" + JsonReason.of(e) + ")", e);
        }
        throw new InputException(address + ": not a JSON object");
    }
}
