// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.purespark.batch.EncodedSplit;

/**
 * From a table of texts to token ids and class numbers.
 *
 * @param maxLength tokens that a text is cut to, special ones included
 * @param embedding the ids that the model knows
 * @param labels the classes; null where labels do not matter
 * @param messages gets the number of texts that are cut
 */
public record SplitEncoder(
        TextTokenizer tokenizer, int maxLength, EmbeddingSize embedding, LabelSet labels, Consumer<String> messages) {
    /**
     * @throws org.purespark.InputException for a label that is none of the classes, and for a text with a token that
     *     the model has no embedding for, or with no token at all
     */
    public EncodedSplit encode(TextTable table) {
        List<String> texts = new ArrayList<>();
        int[] classes = new int[table.size()];
        for (int i = 0; i < classes.length; i++) {
            LabelledText row = table.rows().get(i);
            texts.add(row.text());
            classes[i] = labels == null || row.label() == null ? EncodedSplit.NO_LABEL : labels.indexOf(row.label());
        }
        List<int[]> ids = new ArrayList<>();
        int cut = 0;
        for (EncodedText text : embedding.encode(tokenizer, texts, maxLength, table::place)) {
            ids.add(text.ids());
            cut += text.cut() ? 1 : 0;
        }
        if (cut > 0) {
            messages.accept(cut + " of " + table.size() + " texts of " + table.source() + " are longer than "
                    + maxLength + " tokens and were cut (text.max-length)");
        }
        return new EncodedSplit(ids, classes);
    }
}
