package org.purespark.model.ops;

import org.purespark.random.DropoutMask;

/**
 * One dropout layer.
 *
 * @param site its number in the graph, so that each layer drops other entries
 * @param rate share of entries dropped, 0 to below 1
 */
public record Dropout(int site, double rate) {
    public Dropout {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("dropout rate " + rate + " must be at least 0 and below 1");
        }
    }

    /** The mask of text {@code text}, null where all is kept. */
    DropoutMask maskOf(Texts texts, int text) {
        return DropoutMask.of(texts.key(text), site, rate);
    }

    DropoutMask maskOfRow(Texts texts, int row) {
        return maskOf(texts, texts.ofRow(row));
    }
}
