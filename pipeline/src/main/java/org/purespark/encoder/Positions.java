// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.io.Serializable;

/** How the embeddings contain a token's position. Positions inside attention belong to {@link Attention}. */
public sealed interface Positions extends Serializable {
    /** Position of a text's first token; the positions before it are not used. */
    int offset();

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
