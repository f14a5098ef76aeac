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
import org.purespark.InputException;
import org.purespark.storage.Storage;

/**
 * Token ids of texts, the same as those of transformers with {@code truncation=True, max_length=…} and no padding. Safe
 * for use by several threads; it holds native memory until it is closed.
 */
public final class TextTokenizer implements AutoCloseable {
    // Limits the native memory of the encodings at a time.
    private static final int TEXTS_PER_CALL = 1024;

    private final HuggingFaceTokenizer tokenizer;
    private final int padId;
    private final int specialTokens;

    private TextTokenizer(HuggingFaceTokenizer tokenizer, int padId) {
        this.tokenizer = tokenizer;
        this.padId = padId;
        this.specialTokens = tokenizer.encode("").getIds().length;
    }

    /**
     * Loads the tokenizer of a Hugging Face model directory: {@code tokenizer.json}, else {@code vocab.txt}, each with
     * {@code tokenizer_config.json} if there is one. Truncation and padding in the file are ignored.
     *
     * @throws InputException if no tokenizer is found, it cannot be read, or its native library cannot be unpacked
     */
    public static TextTokenizer load(Storage storage, String modelDirectory) {
        TokenizerDefinition definition = TokenizerDefinition.read(storage, modelDirectory);
        Map<String, String> options =
                Map.of("addSpecialTokens", "true", "truncation", "do_not_truncate", "padding", "do_not_pad");
        try {
            NativeTokenizers.configure();
            byte[] json = definition.json().getBytes(StandardCharsets.UTF_8);
            return new TextTokenizer(
                    HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options), definition.padId());
        } catch (ai.djl.engine.EngineException | LinkageError | IOException e) {
            throw new InputException(
                    "the tokenizers' native library cannot be loaded (" + reason(e)
                            + "); set DJL_CACHE_DIR to a directory that can be written and run from",
                    e);
        } catch (RuntimeException e) {
            throw new InputException(
                    modelDirectory + ": the tokenizer's description is refused (" + e.getMessage()
                            + "); save it again with transformers",
                    e);
        }
    }

    /**
     * The {@code tokenizer.json} that {@link #load} uses, for an exported model.
     *
     * @throws InputException if no tokenizer is found or it cannot be read
     */
    public static String tokenizerJson(Storage storage, String modelDirectory) {
        return TokenizerDefinition.read(storage, modelDirectory).json();
    }

    /** Id of the padding token. */
    public int padId() {
        return padId;
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
        if (maxLength <= specialTokens) {
            throw new InputException("text.max-length=" + maxLength + " leaves no room for a text beside the "
                    + specialTokens + " special tokens; give " + (specialTokens + 1) + " or more");
        }
        List<EncodedText> encoded = new ArrayList<>(texts.size());
        for (int from = 0; from < texts.size(); from += TEXTS_PER_CALL) {
            List<String> some = texts.subList(from, Math.min(texts.size(), from + TEXTS_PER_CALL));
            for (Encoding encoding : tokenizer.batchEncode(some)) {
                encoded.add(cut(encoding, maxLength));
            }
        }
        return encoded;
    }

    private static EncodedText cut(Encoding encoding, int maxLength) {
        long[] full = encoding.getIds();
        int[] ids = Arrays.stream(full).mapToInt(Math::toIntExact).toArray();
        if (ids.length <= maxLength) {
            return new EncodedText(ids, ids.length);
        }
        // The mask marks the tokens that the post-processor puts around the text, not special tokens inside it.
        long[] added = encoding.getSpecialTokenMask();
        int last = 0;
        while (added[ids.length - 1 - last] == 1) {
            last++;
        }
        int[] kept = Arrays.copyOf(ids, maxLength);
        System.arraycopy(ids, ids.length - last, kept, maxLength - last, last);
        return new EncodedText(kept, ids.length);
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
