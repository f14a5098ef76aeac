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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.config.TransformersRules;
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
 * @param truncationSide where a long text is cut
 * @param types whether the model is told the types of tokens
 */
record TokenizerDefinition(
        String source,
        ObjectNode json,
        CheckedTokenizer checked,
        int padId,
        TruncationSide truncationSide,
        TokenTypes types) {
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
     * @param rules whose rules hold where versions of transformers differ
     * @throws InputException if the directory has none, or a file is not valid
     */
    static TokenizerDefinition read(Storage storage, String modelDirectory, TransformersRules rules) {
        try {
            TokenizerConfig config = keys(TokenizerFile.CONFIG, storage, modelDirectory);
            TokenizerConfig model = keys(TokenizerFile.MODEL, storage, modelDirectory);
            TokenizerClass tokenizerClass = TokenizerClass.of(config, model);
            Optional<String> tokenizer = TokenizerFile.TOKENIZER.read(storage, modelDirectory);
            DeclaredTokens.Sources sources = new DeclaredTokens.Sources(
                    config,
                    model,
                    keys(TokenizerFile.ADDED_TOKENS, storage, modelDirectory),
                    keys(TokenizerFile.SPECIAL_TOKENS, storage, modelDirectory),
                    tokenizer.isPresent());
            if (tokenizer.isPresent()) {
                String address = TokenizerFile.TOKENIZER.address(modelDirectory);
                return ofFile(address, object(address, tokenizer.get()), sources, tokenizerClass, rules);
            }
            Optional<String> vocabulary = TokenizerFile.VOCABULARY.read(storage, modelDirectory);
            if (vocabulary.isPresent()) {
                String address = TokenizerFile.VOCABULARY.address(modelDirectory);
                return ofVocabulary(address, vocabulary.get(), sources, tokenizerClass, rules);
            }
            Optional<String> bytes = TokenizerFile.BYTE_VOCABULARY.read(storage, modelDirectory);
            Optional<String> merges = TokenizerFile.MERGES.read(storage, modelDirectory);
            if (bytes.isPresent() && merges.isPresent()) {
                String address = TokenizerFile.BYTE_VOCABULARY.address(modelDirectory);
                if (rules == TransformersRules.FOUR) {
                    throw new InputException(address + ": vocab.json with merges.txt is read as transformers 5 does;"
                            + " save the tokenizer as tokenizer.json beside them, or leave text.transformers=4 out");
                }
                ByteVocabulary byteVocabulary = new ByteVocabulary(
                        address,
                        object(address, bytes.get()),
                        merges.get(),
                        TokenizerFile.MERGES.address(modelDirectory));
                return of(
                        address,
                        byteVocabulary.tokenizer(config, tokenizerClass),
                        sources,
                        tokenizerClass,
                        TransformersRules.FIVE);
            }
        } catch (IOException e) {
            throw new InputException(modelDirectory + ": the tokenizer cannot be read (" + e.getMessage() + ")", e);
        }
        throw new InputException(
                modelDirectory + ": no tokenizer.json, no vocab.txt, and no vocab.json with merges.txt;"
                        + " transformers writes the first: AutoTokenizer.from_pretrained(MODEL)"
                        + ".save_pretrained(DIRECTORY)");
    }

    private static TokenizerDefinition ofFile(
            String address,
            ObjectNode json,
            DeclaredTokens.Sources sources,
            TokenizerClass tokenizerClass,
            TransformersRules rules) {
        if (rules == TransformersRules.FIVE) {
            return of(
                    address,
                    RebuiltTokenizer.of(address, json, sources, tokenizerClass),
                    sources,
                    tokenizerClass,
                    rules);
        }
        ObjectNode file = RebuiltTokenizer.copy(json);
        TokenizerDefinition made = of(address, json, sources, tokenizerClass, rules);
        return rules == TransformersRules.FOUR ? made : made.withNoteOfVersions(file, sources, tokenizerClass);
    }

    /** Says where version 5 of transformers may cut texts otherwise than the file. */
    private TokenizerDefinition withNoteOfVersions(
            ObjectNode file, DeclaredTokens.Sources sources, TokenizerClass tokenizerClass) {
        try {
            ObjectNode other = RebuiltTokenizer.of(source, file, sources, tokenizerClass);
            complete(other, sources, tokenizerClass, TransformersRules.FIVE);
            return SameTokenizer.is(json, other) ? this : noted("text.transformers=5 follows that version");
        } catch (InputException e) {
            return noted("text.transformers=5 refuses such a file");
        }
    }

    private TokenizerDefinition noted(String asked) {
        List<String> warnings = new ArrayList<>(checked.warnings());
        warnings.add(source + " is followed as it is, as by transformers 4; transformers 5 makes the tokenizer by its"
                + " class and may give a text other tokens: " + asked + ", text.transformers=4 says that the file is"
                + " meant");
        CheckedTokenizer noted = new CheckedTokenizer(
                checked.json(), checked.kind(), checked.vocabulary(), checked.growth(), checked.pairs(), warnings);
        return new TokenizerDefinition(source, json, noted, padId, truncationSide, types);
    }

    private static TokenizerDefinition ofVocabulary(
            String address,
            String text,
            DeclaredTokens.Sources sources,
            TokenizerClass tokenizerClass,
            TransformersRules rules) {
        TokenizerConfig config = sources.config();
        Optional<String> named = config.token("tokenizer_class");
        boolean isOther = tokenizerClass != TokenizerClass.FILES_ALONE || named.isPresent();
        if (!tokenizerClass.hasWordPieces() && isOther) {
            throw new InputException(config.source() + ": tokenizer_class "
                    + Shown.of(named.orElse(tokenizerClass.name()))
                    + " cannot be made from vocab.txt; save the tokenizer as tokenizer.json beside it");
        }
        // A directory without any class has BERT's vocabulary, as that file is BERT's.
        TokenizerClass made = tokenizerClass.hasWordPieces() ? tokenizerClass : TokenizerClass.BERT;
        WordPieceVocabulary vocabulary = WordPieceVocabulary.of(address, text, rules);
        TokenizerDefinition definition =
                of(address, vocabulary.tokenizer(MAPPER.createObjectNode(), config, made), sources, made, rules);
        boolean isNoted = rules == TransformersRules.FILES
                && !vocabulary.equals(WordPieceVocabulary.of(address, text, TransformersRules.FIVE));
        return isNoted ? definition.noted("text.transformers=5 follows that version") : definition;
    }

    private static TokenizerConfig keys(TokenizerFile file, Storage storage, String modelDirectory) throws IOException {
        String address = file.address(modelDirectory);
        Optional<String> text = file.read(storage, modelDirectory);
        return new TokenizerConfig(address, text.isPresent() ? object(address, text.get()) : MAPPER.createObjectNode());
    }

    private static TokenizerDefinition of(
            String source,
            ObjectNode json,
            DeclaredTokens.Sources sources,
            TokenizerClass tokenizerClass,
            TransformersRules rules) {
        TokenizerConfig config = sources.config();
        JsonNode padding = json.path("padding").path("pad_id");
        TruncationSide side = TruncationSide.of(config, json.path("truncation"));
        if (config.flag("split_special_tokens").orElse(false)) {
            throw new InputException(config.source() + ": split_special_tokens is true; only false is computed");
        }
        complete(json, sources, tokenizerClass, rules);
        CheckedTokenizer checked = TokenizerCheck.check(source, json);
        int padId = padding.isMissingNode() || padding.isNull()
                ? padId(source, checked.vocabulary(), config)
                : padId(source, checked.vocabulary(), padding);
        return new TokenizerDefinition(
                source,
                json,
                checked,
                padId,
                side,
                TokenTypes.of(config, sources.model()).by(rules));
    }

    /** Puts in what other files than {@code tokenizer.json} say, and what the class of transformers does. */
    private static void complete(
            ObjectNode json, DeclaredTokens.Sources sources, TokenizerClass tokenizerClass, TransformersRules rules) {
        json.putNull("truncation");
        json.putNull("padding");
        applyConfig(json, sources.config(), tokenizerClass, rules);
        DeclaredTokens.addTo(json, sources, tokenizerClass, rules);
    }

    /**
     * Puts in what the class of transformers has, whatever {@code tokenizer.json} says: a key of
     * {@code tokenizer_config.json}, or the class's default.
     */
    private static void applyConfig(
            ObjectNode json, TokenizerConfig config, TokenizerClass tokenizerClass, TransformersRules rules) {
        if (tokenizerClass.setsBertNormalizer()
                && json.get("normalizer") instanceof ObjectNode normalizer
                && normalizer.path("type").asText().equals("BertNormalizer")) {
            normalizer.put("lowercase", config.flag("do_lower_case").orElse(true));
            // null: accents are removed if letters become lower case.
            normalizer.put("strip_accents", config.flag("strip_accents").orElse(null));
            if (tokenizerClass == TokenizerClass.BERT) {
                normalizer.put(
                        "handle_chinese_chars",
                        config.flag("tokenize_chinese_chars").orElse(true));
            }
        }
        // Version 5 has no key for a tokenizer that is the file alone.
        boolean isFileAlone = rules == TransformersRules.FIVE && tokenizerClass == TokenizerClass.FILES_ALONE;
        if (!isFileAlone
                && json.get("pre_tokenizer") instanceof ObjectNode preTokenizer
                && preTokenizer.path("type").asText().equals("ByteLevel")) {
            preTokenizer.put("add_prefix_space", config.flag("add_prefix_space").orElse(false));
        }
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
