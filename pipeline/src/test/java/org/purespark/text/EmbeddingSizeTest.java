// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.purespark.InputException;
import org.purespark.batch.BlockStore;
import org.purespark.batch.EncodedSplit;
import org.purespark.storage.Storage;

class EmbeddingSizeTest {
    @TempDir
    Path directory;

    @Test
    void whatIsOddInATokenizerIsToldWithItsModel() throws IOException {
        Files.copy(Path.of("src/test/resources/tokenizers/hostile/oob.json"), directory.resolve("tokenizer.json"));
        String file = directory + "/tokenizer.json";
        try (TextTokenizer tokenizer = TextTokenizer.load(new Storage(new Configuration()), directory.toString())) {
            assertThat(new EmbeddingSize("M", 100_000, 2).warnings(tokenizer)).isEmpty();
            assertThat(new EmbeddingSize("M", 2500, 2).warnings(tokenizer))
                    .containsExactly(
                            file + ": 3 of 7 tokens have no embedding in the model M, which has them for ids from 0"
                                    + " to 2499; a text with one of them is refused");
            EmbeddingSize embedding = new EmbeddingSize("M", 2500, 2);
            assertThat(encode(tokenizer, embedding, "other", "[CLS]").ids(1)).containsExactly(2, 2, 3);
            assertThatThrownBy(() -> encode(tokenizer, embedding, "other", "a film"))
                    .isInstanceOf(InputException.class)
                    .hasMessage("data.tsv, line 3: the token \"a\" has id 5000 in " + file + ", and the model M has"
                            + " embeddings for ids from 0 to 2499; take tokenizer and model from the same checkpoint");
        }
    }

    @Test
    void aTextWithoutAnyTokenIsRefused() throws IOException {
        Files.writeString(
                directory.resolve("tokenizer.json"),
                "{\"model\": {\"type\": \"WordLevel\", \"unk_token\": \"a\", \"vocab\": {\"a\": 0, \"[PAD]\": 1}}}");
        try (TextTokenizer tokenizer = TextTokenizer.load(new Storage(new Configuration()), directory.toString())) {
            EmbeddingSize embedding = new EmbeddingSize("M", 2, 2);
            assertThat(embedding.warnings(tokenizer)).hasSize(1);
            assertThatThrownBy(() -> encode(tokenizer, embedding, "a", ""))
                    .isInstanceOf(InputException.class)
                    .hasMessage("data.tsv, line 3: no token is left of the text, and " + directory
                            + "/tokenizer.json puts none around it; remove the text");
        }
    }

    private static EncodedSplit encode(TextTokenizer tokenizer, EmbeddingSize embedding, String... texts) {
        SplitEncoder.Encoding encoding = new SplitEncoder.Encoding(tokenizer, 16, embedding);
        return SplitEncoder.encode(table(texts), encoding, BlockStore.HEAP).numbered();
    }

    private static TextTable table(String... texts) {
        List<LabelledText> rows = new ArrayList<>();
        for (String text : texts) {
            rows.add(new LabelledText(text, null, rows.size() + 2));
        }
        return new TextTable("data.tsv", rows);
    }
}
