// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.purespark.batch.EncodedSplit;
import org.purespark.text.EmbeddingSize;
import org.purespark.text.EncodedText;
import org.purespark.text.LabelSet;
import org.purespark.text.SplitEncoder;
import org.purespark.text.TextTable;
import org.purespark.text.TextTokenizer;

/** The texts of a run, as rows and in the form that the model reads. A split is encoded once, at its first use. */
final class RunTexts implements AutoCloseable {
    /** The splits. */
    enum Split {
        TRAIN,
        VALIDATION,
        TEST,
        POISONED_TEST
    }

    private final CleanData data;
    private final TextTokenizer tokenizer;
    private final int maxLength;
    private final EmbeddingSize embedding;
    private final Consumer<String> messages;
    private final Map<Split, EncodedSplit> encoded = new EnumMap<>(Split.class);

    /**
     * @param tokenizer is closed with this object
     * @param maxLength most tokens of a text, with special ones; longer texts are cut
     * @param embedding the ids that the model knows
     * @param messages gets the number of texts that are cut
     */
    RunTexts(
            CleanData data,
            TextTokenizer tokenizer,
            int maxLength,
            EmbeddingSize embedding,
            Consumer<String> messages) {
        this.data = data;
        this.tokenizer = tokenizer;
        this.maxLength = maxLength;
        this.embedding = embedding;
        this.messages = messages;
    }

    LabelSet labels() {
        return data.labels();
    }

    int maxLength() {
        return maxLength;
    }

    /** Whether there are triggered texts. */
    boolean arePoisoned() {
        return data.poisonedTest() != null;
    }

    /** The text of row {@code index} of the test split, from 0. */
    String testText(int index) {
        return data.test().rows().get(index).text();
    }

    EncodedSplit encoded(Split split) {
        return encoded.computeIfAbsent(split, this::encode);
    }

    private EncodedSplit encode(Split split) {
        TextTable table =
                switch (split) {
                    case TRAIN -> data.train();
                    case VALIDATION -> data.validation();
                    case TEST -> data.test();
                    case POISONED_TEST -> data.poisonedTest();
                };
        return new SplitEncoder(tokenizer, maxLength, embedding, data.labels(), messages).encode(table);
    }

    /** Token ids of texts with a probe, each cut to the longest length. */
    List<EncodedText> encodeProbed(List<String> texts) {
        return embedding.encode(tokenizer, texts, maxLength, index -> "a text of the trigger probes");
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
