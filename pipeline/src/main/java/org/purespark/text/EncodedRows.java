// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.BitSet;
import java.util.Optional;
import org.purespark.batch.BlockStore;
import org.purespark.batch.EncodedSplit;

/**
 * All rows of a source as token ids.
 *
 * @param labels what labels there are
 * @param numbered each text with the number of its label in {@code labels}, or {@link EncodedSplit#NO_LABEL}
 * @param cut what to say of texts that are cut, if any are
 */
public record EncodedRows(FoundLabels labels, EncodedSplit numbered, Optional<String> cut) {
    /**
     * The same texts with their answers.
     *
     * @throws org.purespark.InputException for a label that is none of them
     */
    public EncodedSplit classed(LabelSet classes) {
        return numbered.with(labels.meaning(classes));
    }

    /** The chosen rows, in order; what is cut is said of the whole source. */
    public EncodedRows only(BitSet chosen, BlockStore store) {
        return new EncodedRows(labels, numbered.only(chosen, store), cut);
    }
}
