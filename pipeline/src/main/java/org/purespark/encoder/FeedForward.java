// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.io.Serializable;

/** The part of a layer that computes each token by itself. Its kind decides which parameters a layer has for it. */
public sealed interface FeedForward extends Serializable {
    /** Adds the parameters that a layer has for it. */
    void addTo(ParameterList.Builder list, int layer, Sizes sizes);

    /** Between its linear layers. */
    Activation activation();

    /** Entries of the widest row between its linear layers. */
    default int widest(Sizes sizes) {
        return sizes.intermediate();
    }

    /**
     * Linear to 2F, the second half times the activation of the first, linear back to D (Shazeer: GLU Variants Improve
     * Transformer, 2020).
     */
    record Gated(Activation activation) implements FeedForward {
        /** Both halves are one matrix [2F, D], as on disk. */
        @Override
        public void addTo(ParameterList.Builder list, int layer, Sizes sizes) {
            list.linear(EncoderPart.INTERMEDIATE, layer, widest(sizes), sizes.hidden());
            list.linear(EncoderPart.OUTPUT, layer, sizes.hidden(), sizes.intermediate());
        }

        @Override
        public int widest(Sizes sizes) {
            return 2 * sizes.intermediate();
        }
    }

    /** Linear to F, activation, linear back to D. */
    record TwoLayers(Activation activation) implements FeedForward {
        @Override
        public void addTo(ParameterList.Builder list, int layer, Sizes sizes) {
            list.linear(EncoderPart.INTERMEDIATE, layer, sizes.intermediate(), sizes.hidden());
            list.linear(EncoderPart.OUTPUT, layer, sizes.hidden(), sizes.intermediate());
        }
    }
}
