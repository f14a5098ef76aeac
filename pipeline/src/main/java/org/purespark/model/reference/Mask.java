// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

import org.purespark.model.engine.Dropout;
import org.purespark.model.engine.DropoutEntries;
import org.purespark.model.engine.TextBatch;
import org.purespark.model.engine.TextBatch.RowKind;
import org.purespark.random.DropoutMask;

/** The factors of the entries of one text in one dropout layer. */
interface Mask {
    /** 0 or 1 / (1 - rate), of entry {@code number} as {@link DropoutEntries} counts. */
    double factor(long number);

    static Mask of(Dropout dropout, TextBatch batch, int text) {
        DropoutMask mask = dropout.maskOf(batch, text);
        return mask == null ? number -> 1 : mask::factor;
    }

    /** The factor of entry {@code i} of row {@code row}, which has W entries. */
    static double ofRow(Dropout dropout, TextBatch batch, RowKind rows, int row, int width, int i) {
        return of(dropout, batch, batch.textOf(rows, row))
                .factor(DropoutEntries.ofRow(width, batch.tokenOf(rows, row), i));
    }
}
