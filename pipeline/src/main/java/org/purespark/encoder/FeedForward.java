// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.io.Serializable;

/** The part of a layer that computes each token by itself. Its kind decides which parameters a layer has for it. */
public sealed interface FeedForward extends Serializable {
    /** Adds the parameters that a layer has for it. */
    void addTo(ParameterList.Builder list, int layer, Sizes sizes);

    /** Between its linear layers. */
    Activation activation();

    /** Whether dropout is on what the part gives, at the rate of hidden states. */
    OutputDropout outputDropout();

    /** Dropout on what the part gives. */
    enum OutputDropout {
        RATE_OF_HIDDEN_STATES,
        /** ALBERT, in transformers. */
        NONE
    }

    /** Linear to F, activation, linear back to D. */
    record TwoLayers(Activation activation, OutputDropout outputDropout) implements FeedForward {
        /** With dropout. */
        public TwoLayers(Activation activation) {
            this(activation, OutputDropout.RATE_OF_HIDDEN_STATES);
        }

        @Override
        public void addTo(ParameterList.Builder list, int layer, Sizes sizes) {
            list.linear(EncoderPart.INTERMEDIATE, layer, sizes.intermediate(), sizes.hidden());
            list.linear(EncoderPart.OUTPUT, layer, sizes.hidden(), sizes.intermediate());
        }
    }
}
