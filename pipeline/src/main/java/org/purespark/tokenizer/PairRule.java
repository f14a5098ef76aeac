// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import org.purespark.InputException;

/** What a tokenizer says of pairs of texts. */
public sealed interface PairRule {
    /**
     * @return how two texts become one row of ids
     * @throws InputException if pairs are not computed
     */
    PairTemplate template();

    /** How two texts become one row of ids. */
    record Known(PairTemplate template) implements PairRule {}

    /**
     * Pairs are not computed; single texts are.
     *
     * @param reason names file, place and what it has
     */
    record Refused(String reason) implements PairRule {
        @Override
        public PairTemplate template() {
            throw new InputException(reason + ", or read single texts with text.pair-column=none");
        }
    }
}
