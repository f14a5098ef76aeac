// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.BitSet;
import java.util.Optional;
import org.purespark.InputException;
import org.purespark.batch.BlockStore;
import org.purespark.batch.EncodedSplit;

/**
 * All rows of a source as token ids.
 *
 * @param labels what labels there are
 * @param form of every row
 * @param numbered each text with the number of its label in {@code labels}, or {@link EncodedSplit#NO_LABEL}
 * @param cut what to say of texts that are cut, if any are
 */
public record EncodedRows(FoundLabels labels, TextParts.Form form, EncodedSplit numbered, Optional<String> cut) {
    /** @throws InputException if these are pairs and the others single texts, or the other way */
    public void requireForm(EncodedRows others) {
        if (form != others.form) {
            throw new InputException(inWords() + ", " + others.inWords() + ": all files of a run have pairs, or none"
                    + " has; name the columns with text.text-column and " + PairColumn.SETTING + ", or set "
                    + PairColumn.SETTING + " to none");
        }
    }

    private String inWords() {
        return labels.source() + " has "
                + switch (form) {
                    case SINGLE -> "single texts";
                    case PAIR -> "pairs of texts";
                };
    }

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
        return new EncodedRows(labels, form, numbered.only(chosen, store), cut);
    }
}
