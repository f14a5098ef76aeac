// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.purespark.InputException;
import org.purespark.storage.FileKind;
import org.purespark.storage.Storage;

/** The files of a tokenizer, each with the most bytes that are read of it. */
enum TokenizerFile {
    /** The largest that is known has some 40 MB, for a vocabulary of 900,000 tokens. */
    TOKENIZER("tokenizer.json", FileKind.TOKENIZER),
    VOCABULARY("vocab.txt", FileKind.TOKENIZER),
    BYTE_VOCABULARY("vocab.json", FileKind.TOKENIZER),
    MERGES("merges.txt", FileKind.TOKENIZER),
    CONFIG("tokenizer_config.json", FileKind.TOKENIZER_CONFIG),
    ADDED_TOKENS("added_tokens.json", FileKind.TOKENIZER_CONFIG),
    SPECIAL_TOKENS("special_tokens_map.json", FileKind.TOKENIZER_CONFIG),
    /** The model's; its type tells the kind of tokenizer where nothing else does. */
    MODEL("config.json", FileKind.MODEL_CONFIG);

    private final String fileName;
    private final FileKind kind;

    TokenizerFile(String fileName, FileKind kind) {
        this.fileName = fileName;
        this.kind = kind;
    }

    String address(String modelDirectory) {
        return Storage.child(modelDirectory, fileName);
    }

    /**
     * The file's text without its byte order mark; empty if there is no such file.
     *
     * @throws InputException if it is too large, or not UTF-8
     */
    Optional<String> read(Storage storage, String modelDirectory) throws IOException {
        String address = address(modelDirectory);
        if (!storage.exists(address)) {
            return Optional.empty();
        }
        return Optional.of(decode(address, storage.read(address, kind)));
    }

    private static String decode(String address, byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer text = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, text, true);
        if (result.isError()) {
            int line = 1;
            for (int i = 0; i < in.position(); i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            throw new InputException("cannot use " + RowUnit.LINE.place(address, line) + ": byte "
                    + String.format(Locale.ROOT, "0x%02X", bytes[in.position()] & 0xFF) + " at offset " + in.position()
                    + " is not UTF-8; save it again with transformers");
        }
        text.flip();
        return text.length() > 0 && text.charAt(0) == '\uFEFF'
                ? text.subSequence(1, text.length()).toString()
                : text.toString();
    }
}
