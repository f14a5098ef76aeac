// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import org.purespark.random.DropoutMask;

/**
 * One dropout layer.
 *
 * @param site its number in the graph, of {@link DropoutSite}
 * @param rate share of entries dropped, [0, 1)
 */
public record Dropout(int site, double rate) {
    public Dropout {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("dropout rate " + rate + " must be at least 0 and below 1");
        }
    }

    /** The mask of text {@code text}; null if all entries are kept. {@link DropoutEntries} numbers its entries. */
    public DropoutMask maskOf(TextBatch batch, int text) {
        return DropoutMask.of(batch.key(text), site, rate);
    }
}
