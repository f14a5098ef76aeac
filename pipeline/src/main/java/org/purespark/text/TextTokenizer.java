// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.config.TransformersRules;
import org.purespark.storage.Storage;
import org.purespark.tokenizer.TokenizerCheck;
import org.purespark.tokenizer.Vocabulary;

/**
 * Token ids of texts and of pairs of texts, the same as those of transformers with {@code truncation=True,
 * max_length=…} and no padding. Safe for use by several threads; it holds native memory until it is closed.
 */
public final class TextTokenizer implements AutoCloseable {
    // Limits the native memory of the encodings at a time.
    private static final int TEXTS_PER_CALL = 1024;

    private final HuggingFaceTokenizer tokenizer;
    private final TokenizerDefinition definition;
    private final TextPortions portions;
    private final int specialTokens;

    private TextTokenizer(HuggingFaceTokenizer tokenizer, TokenizerDefinition definition) {
        this.tokenizer = tokenizer;
        this.definition = definition;
        this.portions = TextPortions.of(definition.checked().growth());
        this.specialTokens = tokenizer.encode("").getIds().length;
    }

    /**
     * Loads the tokenizer of a Hugging Face model directory: {@code tokenizer.json}, else {@code vocab.txt}, each with
     * {@code tokenizer_config.json} if there is one. Truncation and padding in the file are ignored.
     *
     * @throws InputException if no tokenizer is found, it cannot be read, {@link TokenizerCheck} refuses it, or its
     *     native library cannot be unpacked
     */
    public static TextTokenizer load(Storage storage, String modelDirectory) {
        return load(storage, modelDirectory, TransformersRules.FILES);
    }

    /**
     * The same by the rules of a version of transformers, where versions differ.
     *
     * @throws InputException as without rules, and if that version is not followed for such files
     */
    public static TextTokenizer load(Storage storage, String modelDirectory, TransformersRules rules) {
        return of(TokenizerDefinition.read(storage, modelDirectory, rules));
    }

    /** @throws InputException if the native library cannot be unpacked, or refuses the definition */
    static TextTokenizer of(TokenizerDefinition definition) {
        Map<String, String> options =
                Map.of("addSpecialTokens", "true", "truncation", "do_not_truncate", "padding", "do_not_pad");
        try {
            NativeTokenizers.configure();
            byte[] json = definition.checked().json().getBytes(StandardCharsets.UTF_8);
            return new TextTokenizer(
                    HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options), definition);
        } catch (ai.djl.engine.EngineException | LinkageError | IOException e) {
            throw new InputException(
                    "the tokenizers' native library cannot be loaded (" + reason(e)
                            + "); set DJL_CACHE_DIR to a directory that can be written and run from",
                    e);
        } catch (RuntimeException e) {
            throw new InputException(
                    "cannot use " + definition.source() + ": the tokenizers' library refuses it ("
                            + Shown.of(e.getMessage()) + "); save it again with transformers",
                    e);
        }
    }

    /**
     * The {@code tokenizer.json} that {@link #load} uses, for an exported model.
     *
     * @throws InputException if no tokenizer is found or it cannot be read
     */
    public static String tokenizerJson(Storage storage, String modelDirectory) {
        return TokenizerDefinition.read(storage, modelDirectory, TransformersRules.FILES)
                .json()
                .toString();
    }

    /** Id of the padding token. */
    public int padId() {
        return definition.padId();
    }

    /** Address of the file that the tokenizer is made from. */
    public String source() {
        return definition.source();
    }

    /** Whether the model is told which tokens belong to the second text of a pair. */
    public boolean givesTypes() {
        return definition.types().areGiven();
    }

    /** What should be known of pairs, one sentence each. */
    List<String> pairWarnings() {
        return definition.types() == TokenTypes.GIVEN_BY_VERSION_4
                ? List.of(source() + ": the second texts of pairs get token type 1, as from transformers 4; version 5"
                        + " gives type 0 to both: text.transformers=5 follows it, text.transformers=4 says that"
                        + " these types are meant")
                : List.of();
    }

    /** What is allowed but seldom meant in its description, one sentence each. */
    List<String> warnings() {
        return definition.checked().warnings();
    }

    /** A token with this id, if there is one, as the vocabulary spells it. Reads all tokens. */
    public Optional<String> token(int id) {
        return vocabulary().token(id);
    }

    /** All tokens with their ids. */
    Vocabulary vocabulary() {
        return definition.checked().vocabulary();
    }

    /**
     * Encodes one text.
     *
     * @param maxLength most ids to return, special tokens included; at least one more than there are special tokens
     * @return all token ids; for a longer text the special tokens and the first tokens between them
     */
    public EncodedText encode(String text, int maxLength) {
        return encode(List.of(text), maxLength).get(0);
    }

    /**
     * Encodes texts, each as {@link #encode(String, int)} does.
     *
     * @return one for each text, in order
     */
    public List<EncodedText> encode(List<String> texts, int maxLength) {
        return encode(texts, maxLength, index -> "text " + (index + 1));
    }

    /**
     * Encodes texts, each as {@link #encode(String, int)} does.
     *
     * @param place of a text by its index, for messages
     * @return one for each text, in order
     * @throws InputException for a text that is too long to be encoded, with its place
     */
    public List<EncodedText> encode(List<String> texts, int maxLength, IntFunction<String> place) {
        requireRoom(maxLength);
        return inPortions(
                texts,
                some -> Arrays.stream(tokenizer.batchEncode(some))
                        .map(encoding -> cut(encoding, maxLength))
                        .toList(),
                index -> encodeLong(texts.get(index), maxLength, place.apply(index)));
    }

    /**
     * Encodes pairs of texts.
     *
     * @param maxLength most ids to return, special tokens included; at least one more than there are special tokens
     * @param place of a pair by its index, for messages
     * @return one for each pair, in order: all token ids; for a longer pair the special tokens and what stays of the
     *     two texts if the longer one is cut first
     * @throws InputException for texts that are too long to be encoded, with their place; and if the tokenizer has no
     *     template of pairs that is computed
     */
    public List<EncodedText> encodePairs(List<TextParts> pairs, int maxLength, IntFunction<String> place) {
        PairEncoding encoding = PairEncoding.of(definition, maxLength);
        List<String> texts = new ArrayList<>(2 * pairs.size());
        for (TextParts pair : pairs) {
            texts.add(pair.first());
            texts.add(Objects.requireNonNull(pair.second(), "second text"));
        }
        List<PairEncoding.Part> parts = inPortions(
                texts,
                some -> Arrays.stream(tokenizer.batchEncode(some, false, false))
                        .map(whole -> encoding.part(whole.getIds(), true))
                        .toList(),
                index -> longPart(texts.get(index), encoding, place.apply(index / 2)));
        List<EncodedText> encoded = new ArrayList<>(pairs.size());
        for (int i = 0; i < pairs.size(); i++) {
            PairEncoding.Part first = parts.get(2 * i);
            PairEncoding.Part second = parts.get(2 * i + 1);
            if (encoding.isOpen(first, second)) {
                first = wholePart(pairs.get(i).first(), encoding, place.apply(i));
                second = wholePart(pairs.get(i).second(), encoding, place.apply(i));
            }
            encoded.add(encoding.join(first, second));
        }
        return encoded;
    }

    private void requireRoom(int maxLength) {
        if (maxLength <= specialTokens) {
            throw new InputException("text.max-length=" + maxLength + " leaves no room for a text beside the "
                    + specialTokens + " special tokens; give " + (specialTokens + 1) + " or more");
        }
    }

    /**
     * Gives texts to native code, as many at a time as it may have.
     *
     * @param together of several texts, in order
     * @param alone of a long text, by its index
     */
    private <R> List<R> inPortions(List<String> texts, Function<List<String>, List<R>> together, IntFunction<R> alone) {
        List<R> encoded = new ArrayList<>(texts.size());
        List<String> some = new ArrayList<>();
        int characters = 0;
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            boolean isLong = text.length() > portions.whole();
            if (isLong || some.size() == TEXTS_PER_CALL || characters + text.length() > portions.call()) {
                if (!some.isEmpty()) {
                    encoded.addAll(together.apply(some));
                }
                some.clear();
                characters = 0;
            }
            if (isLong) {
                encoded.add(alone.apply(i));
            } else {
                some.add(text);
                characters += text.length();
            }
        }
        if (!some.isEmpty()) {
            encoded.addAll(together.apply(some));
        }
        return encoded;
    }

    /** Encodes a beginning of the text; if the rest may change the tokens that are used, as much as can be. */
    private EncodedText encodeLong(String text, int maxLength, String place) {
        requireCutAtTheRight(text, place);
        for (int length : new int[] {portions.whole(), portions.most()}) {
            Optional<String> beginning = TextPortions.beginning(text, length);
            if (beginning.isPresent()) {
                Encoding encoding = tokenizer.encode(beginning.get());
                if (length >= text.length() || TextPortions.isSettled(encoding.getWordIds(), maxLength)) {
                    return cut(encoding, maxLength);
                }
            }
        }
        throw unsettled(text, maxLength, place);
    }

    /** A text of a pair: its beginning, or as much as can be, as {@link #encodeLong} does. */
    private PairEncoding.Part longPart(String text, PairEncoding pair, String place) {
        requireCutAtTheRight(text, place);
        for (int length : new int[] {portions.whole(), portions.most()}) {
            Optional<String> beginning = TextPortions.beginning(text, length);
            if (beginning.isPresent()) {
                Encoding encoding = tokenizer.encode(beginning.get(), false, false);
                boolean whole = length >= text.length();
                if (whole || TextPortions.isSettled(encoding.getWordIds(), pair.maxLength())) {
                    return pair.part(encoding.getIds(), whole);
                }
            }
        }
        throw unsettled(text, pair.maxLength(), place);
    }

    /** A text of a pair that has to be encoded as a whole. */
    private PairEncoding.Part wholePart(String text, PairEncoding pair, String place) {
        if (text.length() > portions.most()) {
            throw new InputException(place + ": both texts of the pair are too long to tell which has more tokens, one"
                    + " has " + text.length() + " characters; shorten it to " + portions.most());
        }
        return pair.part(tokenizer.encode(text, false, false).getIds(), true);
    }

    private void requireCutAtTheRight(String text, String place) {
        if (definition.truncationSide() == TruncationSide.LEFT) {
            throw new InputException(place + ": the text has " + text.length() + " characters, the most is "
                    + portions.whole() + " where truncation_side is left; shorten it");
        }
    }

    private InputException unsettled(String text, int maxLength, String place) {
        return new InputException(place + ": the text has " + text.length() + " characters, and its first "
                + portions.most() + " do not settle its first " + maxLength
                + " tokens; shorten it, or put spaces between"
                + " its words");
    }

    private EncodedText cut(Encoding encoding, int maxLength) {
        int[] ids = Arrays.stream(encoding.getIds()).mapToInt(Math::toIntExact).toArray();
        if (ids.length <= maxLength) {
            return new EncodedText(ids, ids.length);
        }
        // The mask marks the tokens that the post-processor puts around the text, not special tokens inside it.
        long[] added = encoding.getSpecialTokenMask();
        int last = 0;
        while (added[ids.length - 1 - last] == 1) {
            last++;
        }
        int first = 0;
        while (added[first] == 1) {
            first++;
        }
        return new EncodedText(definition.truncationSide().cut(ids, first, last, maxLength), ids.length);
    }

    private static String reason(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
