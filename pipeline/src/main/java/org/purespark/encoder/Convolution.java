// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.io.Serializable;

/** A convolution over near tokens beside the first layer. */
public sealed interface Convolution extends Serializable {
    /** Adds its parameters. */
    void addTo(ParameterList.Builder list, Sizes sizes);

    /** Entries of the widest row that it reads or gives. */
    int widest(Sizes sizes);

    /** There is none. */
    record None() implements Convolution {
        @Override
        public void addTo(ParameterList.Builder list, Sizes sizes) {
            // There are no parameters.
        }

        @Override
        public int widest(Sizes sizes) {
            return 0;
        }
    }

    /**
     * The first layer gives Norm(y + activation(dropout(C·near(x) + c))), where x are the embeddings, y is what the
     * layer gives without it, and near(x) of a token are the vectors of itself and of the (kernel - 1)/2 tokens on each
     * side of it, 0 beyond the text's ends.
     *
     * @param kernel K, number of near tokens with the token itself; odd, at most {@value #MOST_TOKENS}
     */
    record BesideFirstLayer(int kernel, Activation activation) implements Convolution {
        /** The most near tokens. */
        public static final int MOST_TOKENS = 255;

        public BesideFirstLayer {
            if (kernel < 1 || kernel % 2 == 0 || kernel > MOST_TOKENS) {
                throw new IllegalArgumentException("a convolution over " + kernel + " tokens");
            }
        }

        /** The matrix is [D, D, K], as on disk: entry [o, i, k] is for entry i of the token at k - (K - 1)/2. */
        @Override
        public void addTo(ParameterList.Builder list, Sizes sizes) {
            list.convolution(EncoderPart.CONVOLUTION, sizes.hidden(), sizes.hidden(), kernel);
            list.norm(EncoderPart.CONVOLUTION_NORM, ParameterSpec.NO_LAYER, sizes.hidden());
        }

        @Override
        public int widest(Sizes sizes) {
            return Math.multiplyExact(kernel, sizes.hidden());
        }
    }
}
