// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.io.Serializable;

/** A kind of attention between the tokens of a text. It decides which parameters a layer has for it. */
public sealed interface Attention extends Serializable {
    /** Adds a layer's parameters for attention, with the output projection. */
    void addTo(ParameterList.Builder list, int layer, Sizes sizes);

    /**
     * Whether the attention of one token can be computed without keys and values of the other tokens, with the weights
     * of keys and values on one query and one sum of hidden states. This is so if a key depends only on its token, not
     * on its distance to the query's token.
     */
    boolean servesOneTokenAlone();

    /** softmax(q·kᵀ/√E)·v for each head: q, k and v are linear in the token's hidden state, and nothing is added. */
    record DotProduct() implements Attention {
        /** q, k and v are neighbours, weights and then biases: one [3D, D] matrix and one [3D] bias span them. */
        @Override
        public void addTo(ParameterList.Builder list, int layer, Sizes sizes) {
            int d = sizes.hidden();
            list.matrix(EncoderPart.QUERY, layer, d, d);
            list.matrix(EncoderPart.KEY, layer, d, d);
            list.matrix(EncoderPart.VALUE, layer, d, d);
            list.bias(EncoderPart.QUERY, layer, d);
            list.bias(EncoderPart.KEY, layer, d);
            list.bias(EncoderPart.VALUE, layer, d);
            list.linear(EncoderPart.ATTENTION_OUTPUT, layer, d, d);
        }

        @Override
        public boolean servesOneTokenAlone() {
            return true;
        }
    }
}
