// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.purespark.batch.BlockStore;
import org.purespark.batch.EncodedSplit;
import org.purespark.batch.SplitBuilder;
import org.purespark.checkpoint.ModelCard;
import org.purespark.text.EncodedRows;
import org.purespark.text.EncodedText;
import org.purespark.text.LabelSet;
import org.purespark.text.SplitEncoder;
import org.purespark.text.TextParts;
import org.purespark.text.TextTable;
import org.purespark.text.TextTokenizer;

/** From texts to tokens, for the trainings of an attack. */
final class PoisonTexts {
    private final SplitEncoder.Encoding encoding;
    private final Consumer<String> messages;
    private final Set<String> said = new HashSet<>();

    PoisonTexts(SplitEncoder.Encoding encoding, Consumer<String> messages) {
        this.encoding = encoding;
        this.messages = messages;
    }

    TextTokenizer tokenizer() {
        return encoding.tokenizer();
    }

    /** Texts with their answers. */
    EncodedSplit classed(TextTable table, LabelSet classes) {
        EncodedRows rows = SplitEncoder.encode(table, encoding, BlockStore.HEAP);
        rows.cut().ifPresent(this::say);
        if (rows.form() == TextParts.Form.PAIR) {
            encoding.embedding().pairWarnings(encoding.tokenizer()).forEach(this::say);
        }
        return rows.classed(classes);
    }

    /**
     * Texts with their index as their label number.
     *
     * @param source for messages
     */
    EncodedSplit numbered(List<TextParts> texts, String source) {
        SplitBuilder split = new SplitBuilder(BlockStore.HEAP);
        long cut = 0;
        List<EncodedText> encoded = encoding.embedding()
                .encode(encoding.tokenizer(), texts, encoding.maxLength(), i -> source + ", text " + (i + 1));
        for (int i = 0; i < encoded.size(); i++) {
            split.add(encoded.get(i).ids(), encoded.get(i).second(), i);
            cut += encoded.get(i).cut() ? 1 : 0;
        }
        encoding.cutOf(source, cut, texts.size()).ifPresent(this::say);
        return split.build();
    }

    private void say(String line) {
        if (said.add(line)) {
            messages.accept(line);
        }
    }

    /** What texts of this form are, for a model's card. */
    ModelCard.Texts form(TextParts.Form form) {
        return ModelCard.Texts.of(form, encoding.tokenizer());
    }
}
