// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.JsonReason;
import org.purespark.storage.Storage;
import org.purespark.tokenizer.CheckedTokenizer;
import org.purespark.tokenizer.TokenizerCheck;
import org.purespark.tokenizer.Vocabulary;

/**
 * A tokenizer as {@code tokenizer.json} describes it, without truncation and padding.
 *
 * @param source address of the file that it is made from
 * @param json a {@code tokenizer.json}
 * @param checked what native code is given
 * @param padId id of the padding token
 */
record TokenizerDefinition(String source, ObjectNode json, CheckedTokenizer checked, int padId) {
    private static final int DEEPEST = 64;
    private static final int LONGEST_STRING = 4 << 20;
    private static final int LONGEST_NAME = 4096;

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .maxStringLength(LONGEST_STRING)
                            .maxNameLength(LONGEST_NAME)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /**
     * Reads the tokenizer of a model directory and checks it.
     *
     * @throws InputException if the directory has none, or a file is not valid
     */
    static TokenizerDefinition read(Storage storage, String modelDirectory) {
        try {
            String configAddress = TokenizerFile.CONFIG.address(modelDirectory);
            Optional<String> configText = TokenizerFile.CONFIG.read(storage, modelDirectory);
            TokenizerConfig config = new TokenizerConfig(
                    configAddress,
                    configText.isPresent() ? object(configAddress, configText.get()) : MAPPER.createObjectNode());
            Optional<String> tokenizer = TokenizerFile.TOKENIZER.read(storage, modelDirectory);
            if (tokenizer.isPresent()) {
                String address = TokenizerFile.TOKENIZER.address(modelDirectory);
                return of(address, object(address, tokenizer.get()), config);
            }
            Optional<String> vocabulary = TokenizerFile.VOCABULARY.read(storage, modelDirectory);
            if (vocabulary.isPresent()) {
                String address = TokenizerFile.VOCABULARY.address(modelDirectory);
                WordPieceKind kind = WordPieceKind.of(config, modelType(storage, modelDirectory));
                ObjectNode json = WordPieceVocabulary.of(address, vocabulary.get())
                        .tokenizer(MAPPER.createObjectNode(), config, kind);
                return of(address, json, config);
            }
        } catch (IOException e) {
            throw new InputException(modelDirectory + ": the tokenizer cannot be read (" + e.getMessage() + ")", e);
        }
        throw new InputException(modelDirectory + ": no tokenizer.json and no vocab.txt; transformers writes the"
                + " first: AutoTokenizer.from_pretrained(MODEL).save_pretrained(DIRECTORY)");
    }

    private static Optional<String> modelType(Storage storage, String modelDirectory) throws IOException {
        Optional<String> model = TokenizerFile.MODEL.read(storage, modelDirectory);
        return model.map(text -> object(TokenizerFile.MODEL.address(modelDirectory), text)
                .path("model_type")
                .asText());
    }

    private static TokenizerDefinition of(String source, ObjectNode json, TokenizerConfig config) {
        JsonNode padding = json.path("padding").path("pad_id");
        json.putNull("truncation");
        json.putNull("padding");
        applyConfig(json, config);
        CheckedTokenizer checked = TokenizerCheck.check(source, json);
        int padId = padding.isMissingNode() || padding.isNull()
                ? padId(source, checked.vocabulary(), config)
                : padId(source, checked.vocabulary(), padding);
        return new TokenizerDefinition(source, json, checked, padId);
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

    private static int padId(String source, Vocabulary vocabulary, JsonNode padding) {
        if (padding.isInt() && vocabulary.token(padding.intValue()).isPresent()) {
            return padding.intValue();
        }
        throw new InputException("cannot use " + source + ": padding.pad_id is " + Shown.of(padding)
                + "; expected is the id of a token; save it again with transformers");
    }

    private static int padId(String source, Vocabulary vocabulary, TokenizerConfig config) {
        List<String> names = config.token("pad_token").map(List::of).orElse(List.of("[PAD]", "<pad>"));
        // A vocabulary may have the other name as a word.
        Vocabulary special = new Vocabulary(Map.of(), vocabulary.added());
        return Stream.of(special, vocabulary)
                .flatMap(known -> names.stream().map(known::id))
                .filter(OptionalInt::isPresent)
                .findFirst()
                .orElseThrow(() -> new InputException(source + ": no padding token "
                        + names.stream().map(Shown::of).collect(Collectors.joining(" or "))
                        + "; name it as pad_token in " + config.source()))
                .getAsInt();
    }

    private static ObjectNode object(String address, String text) {
        try {
            if (MAPPER.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new InputException(address + ": not valid JSON (" + Shown.of(JsonReason.of(e)) + ")", e);
        }
        throw new InputException(address + ": not a JSON object");
    }
}
