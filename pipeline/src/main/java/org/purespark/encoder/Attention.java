// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.io.Serializable;

/** A kind of attention between the tokens of a text. It decides which parameters a layer has for it. */
public sealed interface Attention extends Serializable {
    /** Adds a layer's parameters for attention, with the output projection. */
    void addTo(ParameterList.Builder list, int layer, Sizes sizes);

    /** Adds the parameters that attention has once, for all layers. */
    default void addOnce(ParameterList.Builder list, Sizes sizes) {}

    /**
     * Whether the attention of one token can be computed without keys and values of the other tokens, with the weights
     * of keys and values on one query and one sum of hidden states. This is so if a key depends only on its token, not
     * on its distance to the query's token.
     */
    boolean servesOneTokenAlone();

    /** softmax(q·kᵀ/√E)·v for each head: q, k and v are linear in the token's hidden state, and nothing is added. */
    record DotProduct() implements Attention {
        @Override
        public void addTo(ParameterList.Builder list, int layer, Sizes sizes) {
            addProjections(list, layer, sizes.hidden());
        }

        @Override
        public boolean servesOneTokenAlone() {
            return true;
        }
    }

    /**
     * softmax(q·kᵀ/√E + b)·v for each head, b being a learned number for the bucket of the two tokens' distance, the
     * same in all layers (Raffel and others, Exploring the Limits of Transfer Learning, JMLR 2020, 2.1). There are as
     * many buckets, and they reach as far, as in MPNet.
     *
     * @param rows of the table of b [rows, A], at least {@value #BUCKETS}; more are not used
     */
    record DistanceBuckets(int rows) implements Attention {
        /** Buckets of distances: half of them for keys after the query. */
        public static final int BUCKETS = 32;

        public DistanceBuckets {
            if (rows < BUCKETS) {
                throw new IllegalArgumentException(rows + " rows for " + BUCKETS + " buckets of distances");
            }
        }

        @Override
        public void addTo(ParameterList.Builder list, int layer, Sizes sizes) {
            addProjections(list, layer, sizes.hidden());
        }

        @Override
        public void addOnce(ParameterList.Builder list, Sizes sizes) {
            list.table(EncoderPart.DISTANCE_SCORES, rows, sizes.heads());
        }

        @Override
        public boolean servesOneTokenAlone() {
            return false;
        }
    }

    /** q, k and v are neighbours, weights and then biases: one [3D, D] matrix and one [3D] bias span them. */
    private static void addProjections(ParameterList.Builder list, int layer, int d) {
        list.matrix(EncoderPart.QUERY, layer, d, d);
        list.matrix(EncoderPart.KEY, layer, d, d);
        list.matrix(EncoderPart.VALUE, layer, d, d);
        list.bias(EncoderPart.QUERY, layer, d);
        list.bias(EncoderPart.KEY, layer, d);
        list.bias(EncoderPart.VALUE, layer, d);
        list.linear(EncoderPart.ATTENTION_OUTPUT, layer, d, d);
    }
}
