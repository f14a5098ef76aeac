package org.purespark.encoder;

import java.io.Serializable;

/** How the tokens of a text look at one another. A kind of attention says which parameters a layer has for it. */
public sealed interface Attention extends Serializable {
    /** Adds the parameters that a layer has for its attention, the output projection included. */
    void addTo(ParameterList.Builder list, int layer, Sizes sizes);

    /**
     * Whether the attention of one token can be computed without a key and a value of each other token: the weights of keys
     * and values then meet one query and one sum of hidden states. It holds where a key depends on its token alone, not on
     * the distance to the token that asks.
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
