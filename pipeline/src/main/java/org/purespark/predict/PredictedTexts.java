// SPDX-License-Identifier: Apache-2.0
package org.purespark.predict;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.purespark.InputException;
import org.purespark.batch.BlockStore;
import org.purespark.batch.EncodedSplit;
import org.purespark.batch.SplitBuilder;
import org.purespark.text.EncodedText;
import org.purespark.text.LabelColumn;
import org.purespark.text.LabelledText;
import org.purespark.text.RowUnit;
import org.purespark.text.SplitEncoder;
import org.purespark.text.TextReader;

/** The texts of one file with a model's predictions, portion after portion. */
final class PredictedTexts {
    private static final int MOST_CHARACTERS = 1 << 26;

    /**
     * Where a portion ends: after whole batches, as the last bits of a text's logits may depend on the texts that are
     * multiplied with it.
     *
     * @param texts after so many texts, unless they are long
     * @param batchTexts texts that go through the model at once
     */
    record Portions(int texts, int batchTexts) {
        /** The usual ones. */
        static Portions ofBatches(int batchTexts) {
            return new Portions(1 << 18, batchTexts);
        }

        boolean endAfter(int read, long characters) {
            return read % batchTexts == 0 && (read >= texts || characters > MOST_CHARACTERS);
        }
    }

    /** A model, and what computes with it. */
    interface Model {
        /**
         * Class scores [C] of each text.
         *
         * @param label of this pass, for the display of progress
         */
        List<float[]> logits(String label, EncodedSplit texts);
    }

    private final String data;
    private final SplitEncoder.Encoding encoding;
    private final Model model;
    private final AnswerForm form;
    private final ObjectMapper json = new ObjectMapper();
    private final Consumer<String> messages;
    private final Portions portions;
    private final List<LabelledText> portion = new ArrayList<>();
    private boolean pairs;
    private long characters;
    private long total;
    private long done;
    private long cut;

    /**
     * @param data address of the texts
     * @param form of labels and predictions
     * @param messages gets the number of texts that are cut
     * @param portions that are read at once; results do not depend on their texts
     */
    PredictedTexts(
            String data,
            SplitEncoder.Encoding encoding,
            Model model,
            AnswerForm form,
            Consumer<String> messages,
            Portions portions) {
        this.data = data;
        this.encoding = encoding;
        this.model = model;
        this.form = form;
        this.messages = messages;
        this.portions = portions;
    }

    /**
     * Reads all rows before any is predicted.
     *
     * @throws InputException for a bad row
     */
    void check(TextReader reader) {
        reader.read(data, LabelColumn.OPTIONAL, (unit, row) -> total++);
    }

    /**
     * Writes {@code {"text":…,"label":…,"logits":[…],"prediction":…}} for each text; {@code "text_pair"} follows the
     * text of a pair.
     *
     * @throws InputException for a text that the model cannot read, and if the file has changed since the check
     */
    void write(TextReader reader, OutputStream out) throws IOException {
        try {
            reader.read(data, LabelColumn.OPTIONAL, (unit, row) -> {
                portion.add(row);
                pairs = row.parts().isPair();
                characters += row.parts().length();
                boolean isLast = done + portion.size() == total;
                if (isLast || portions.endAfter(portion.size(), characters)) {
                    predict(unit, out);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (pairs) {
            encoding.embedding().pairWarnings(encoding.tokenizer()).forEach(messages);
        }
        if (done != total || !portion.isEmpty()) {
            throw new InputException(
                    data + ": it had " + total + " texts and now has another number; run the command again");
        }
        encoding.cutOf(data, cut, total).ifPresent(messages);
    }

    private void predict(RowUnit unit, OutputStream out) {
        List<EncodedText> encoded = encoding.embedding()
                .encode(
                        encoding.tokenizer(),
                        portion.stream().map(LabelledText::parts).toList(),
                        encoding.maxLength(),
                        index -> unit.place(data, portion.get(index).number()));
        SplitBuilder texts = new SplitBuilder(BlockStore.HEAP);
        encoded.forEach(text -> texts.add(text.ids(), text.second(), EncodedSplit.NO_LABEL));
        List<float[]> logits = model.logits(label(), texts.build());
        try {
            for (int i = 0; i < portion.size(); i++) {
                String place = unit.place(data, portion.get(i).number());
                out.write(line(portion.get(i), place, logits.get(i)).getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut += encoded.stream().filter(EncodedText::cut).count();
        done += portion.size();
        portion.clear();
        characters = 0;
    }

    private String label() {
        return portion.size() == total
                ? "predict"
                : "predict: texts " + (done + 1) + " to " + (done + portion.size()) + " of " + total;
    }

    private String line(LabelledText row, String place, float[] logits) throws IOException {
        ObjectNode line = json.createObjectNode();
        line.put("text", row.text());
        if (row.parts().isPair()) {
            line.put("text_pair", row.parts().second());
        }
        line.set("label", form.label(row.label(), place));
        ArrayNode scores = line.putArray("logits");
        for (float logit : logits) {
            scores.add(logit);
        }
        line.set("prediction", form.prediction(logits));
        return json.writeValueAsString(line) + '\n';
    }
}
