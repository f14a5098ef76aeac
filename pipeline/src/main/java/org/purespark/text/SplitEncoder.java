// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.purespark.batch.BlockStore;
import org.purespark.batch.SplitBuilder;

/**
 * From rows of one source to token ids and label numbers, while the rows are read: it holds some thousand of them at a
 * time.
 */
public final class SplitEncoder implements RowSink {
    private static final int MOST_ROWS = 4096;
    private static final int MOST_CHARACTERS = 4_000_000;

    /**
     * How texts become tokens.
     *
     * @param maxLength tokens that a text is cut to, special ones included
     * @param embedding the ids that the model knows
     * @param form of the labels
     * @param labelColumn the name of their column, for messages
     * @param grouping of scores
     */
    public record Encoding(
            TextTokenizer tokenizer,
            int maxLength,
            EmbeddingSize embedding,
            LabelForm form,
            String labelColumn,
            Grouping grouping) {
        /** Of texts whose labels' column has a usual name. */
        public Encoding(TextTokenizer tokenizer, int maxLength, EmbeddingSize embedding, LabelForm form) {
            this(tokenizer, maxLength, embedding, form, ColumnNames.Column.LABEL.word(), Grouping.NONE);
        }

        /** Of texts with one class each. */
        public Encoding(TextTokenizer tokenizer, int maxLength, EmbeddingSize embedding) {
            this(tokenizer, maxLength, embedding, LabelForm.CLASS);
        }

        /** What to say of texts that are cut, if any are. */
        public Optional<String> cutOf(String source, long cut, long texts) {
            return cut == 0
                    ? Optional.empty()
                    : Optional.of(cut + " of " + texts + " texts of " + source + " are longer than " + maxLength
                            + " tokens and were cut (text.max-length)");
        }
    }

    private final String source;
    private final Encoding encoding;
    private final SplitBuilder split;
    private final FoundLabels.Builder labels;
    private final List<TextParts> texts = new ArrayList<>();
    private final List<String> places = new ArrayList<>();
    private final List<Integer> numbers = new ArrayList<>();
    private TextParts.Form form = TextParts.Form.SINGLE;
    private int characters;
    private long all;
    private long cut;

    /** @param store where the token ids of many texts are kept */
    public SplitEncoder(String source, Encoding encoding, BlockStore store) {
        this.source = source;
        this.encoding = encoding;
        this.split = new SplitBuilder(store);
        this.labels = new FoundLabels.Builder(source, encoding.form(), encoding.labelColumn(), encoding.grouping());
    }

    /** All rows of a table. */
    public static EncodedRows encode(TextTable table, Encoding encoding, BlockStore store) {
        SplitEncoder encoder = new SplitEncoder(table.source(), encoding, store);
        table.rows().forEach(row -> encoder.row(table.unit(), row));
        return encoder.end();
    }

    /**
     * Takes a row; all rows are single texts, or all are pairs.
     *
     * @throws org.purespark.InputException for a text with a token that the model has no embedding for, or with no
     *     token at all
     */
    @Override
    public void row(RowUnit unit, LabelledText row) {
        places.add(labels.place(unit, row.number()));
        numbers.add(labels.number(unit, row));
        texts.add(row.parts());
        form = row.parts().form();
        characters += row.parts().length();
        all++;
        if (texts.size() == MOST_ROWS || characters > MOST_CHARACTERS) {
            encode();
        }
    }

    private void encode() {
        List<EncodedText> encoded =
                encoding.embedding().encode(encoding.tokenizer(), texts, encoding.maxLength(), places::get);
        for (int i = 0; i < encoded.size(); i++) {
            split.add(encoded.get(i).ids(), encoded.get(i).second(), numbers.get(i));
            cut += encoded.get(i).cut() ? 1 : 0;
        }
        texts.clear();
        places.clear();
        numbers.clear();
        characters = 0;
    }

    /** All rows taken. */
    public EncodedRows end() {
        encode();
        return new EncodedRows(labels.build(), form, split.build(), encoding.cutOf(source, cut, all));
    }
}
