// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.io.Serializable;

/** How the embeddings contain a token's position. Positions inside attention belong to {@link Attention}. */
public sealed interface Positions extends Serializable {
    /** Position of a text's first token; the positions before it are not used. */
    int offset();

    /**
     * Whether a token takes the next position. Where positions do not start at 0, they are numbered as in fairseq: the
     * padding token has the id just below the first position. A text may spell it; then it has that number as its
     * position too, and is not counted.
     *
     * @param id of the token
     */
    default boolean isCounted(int id) {
        return offset() == 0 || id != offset() - 1;
    }

    /** Adds the embeddings' parameters for positions. */
    void addTo(ParameterList.Builder list, Sizes sizes);

    /** Nothing is added to the word's vector. */
    record None() implements Positions {
        @Override
        public int offset() {
            return 0;
        }

        @Override
        public void addTo(ParameterList.Builder list, Sizes sizes) {
            // There are no parameters.
        }
    }

    /** A learned vector for each position, added to that of the word. */
    record Learned(int offset) implements Positions {
        public Learned {
            if (offset < 0) {
                throw new IllegalArgumentException("position offset " + offset + " is below 0");
            }
        }

        @Override
        public void addTo(ParameterList.Builder list, Sizes sizes) {
            list.table(EncoderPart.POSITION_EMBEDDINGS, sizes.positions(), sizes.embedding());
        }
    }
}
