// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.io.Serializable;
import java.util.List;

/** A kind of attention between the tokens of a text. It decides which parameters a layer has for it. */
public sealed interface Attention extends Serializable {
    /** Adds a layer's parameters for attention, with the output projection. */
    void addTo(ParameterList.Builder list, int layer, Sizes sizes);

    /** Adds the parameters that all layers have in common. */
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

    /**
     * {@link DotProduct} with queries and keys turned by angles that grow with the token's position, so that their
     * product depends on the distance (Su and others: RoFormer, 2021). Some layers look at all tokens, the others at
     * near ones.
     *
     * @param globalTheta base of the angles in layers that look at all tokens; above 0
     * @param localTheta base of the angles in the other layers; above 0
     * @param reach the largest distance of a token that the other layers look at; 0 or more
     * @param globalEvery layers 0, n, 2n, … look at all tokens; at least 1
     */
    record Rotary(double globalTheta, double localTheta, int reach, int globalEvery) implements Attention {
        public Rotary {
            if (!(globalTheta > 0 && localTheta > 0) || reach < 0 || globalEvery < 1) {
                throw new IllegalArgumentException("rotary attention with bases " + globalTheta + " and " + localTheta
                        + ", reach " + reach + " and all tokens in every " + globalEvery + "th layer");
            }
        }

        /** Whether a layer looks at all tokens. */
        public boolean isGlobal(int layer) {
            return layer % globalEvery == 0;
        }

        @Override
        public void addTo(ParameterList.Builder list, int layer, Sizes sizes) {
            addProjections(list, layer, sizes.hidden());
        }

        @Override
        public boolean servesOneTokenAlone() {
            return false;
        }
    }

    /**
     * Disentangled attention: scores of contents, plus products of a token's query or key with the key or query of the
     * tokens' distance, together divided by √(E·(1 + number of such terms)) (He and others: DeBERTa, 2021). Distances
     * have learned vectors, common to all layers.
     *
     * @param distances how distances are counted
     * @param terms which products with distances there are
     * @param weights of the distances' queries and keys
     * @param norm of the vectors of distances
     */
    record Disentangled(Distances distances, DistanceTerms terms, DistanceWeights weights, DistanceNorm norm)
            implements Attention {
        @Override
        public void addOnce(ParameterList.Builder list, Sizes sizes) {
            list.table(EncoderPart.RELATIVE_EMBEDDINGS, distances.rows(), sizes.hidden());
            if (norm == DistanceNorm.LAYER_NORM) {
                list.norm(EncoderPart.RELATIVE_NORM, ParameterSpec.NO_LAYER, sizes.hidden());
            }
        }

        /** Queries and keys of distances are neighbours, as those of tokens are. */
        @Override
        public void addTo(ParameterList.Builder list, int layer, Sizes sizes) {
            int d = sizes.hidden();
            addProjections(list, layer, d);
            if (weights == DistanceWeights.OWN) {
                List<EncoderPart> parts =
                        switch (terms) {
                            case CONTENT_TO_POSITION -> List.of(EncoderPart.POSITION_KEY);
                            case POSITION_TO_CONTENT -> List.of(EncoderPart.POSITION_QUERY);
                            case BOTH -> List.of(EncoderPart.POSITION_QUERY, EncoderPart.POSITION_KEY);
                        };
                parts.forEach(part -> list.matrix(part, layer, d, d));
                parts.forEach(part -> list.bias(part, layer, d));
            }
        }

        @Override
        public boolean servesOneTokenAlone() {
            return false;
        }
    }

    /**
     * Scores of contents, plus products of a token's query, and of its key where terms say so, with a learned vector of
     * the two tokens' distance. Each layer has a vector [E] for each distance, the same for all heads and for both
     * products (Shaw and others: Self-Attention with Relative Position Representations, 2018; Huang and others: Improve
     * Transformer Models with Better Relative Position Embeddings, 2020).
     *
     * @param terms which products with distances there are
     * @param scale what they are divided by
     */
    record RelativeKeys(DistanceTerms terms, DistanceScale scale) implements Attention {
        @Override
        public void addTo(ParameterList.Builder list, int layer, Sizes sizes) {
            addProjections(list, layer, sizes.hidden());
            list.table(
                    EncoderPart.DISTANCE_EMBEDDINGS,
                    layer,
                    new EachDistance(sizes.positions()).rows(),
                    sizes.hidden() / sizes.heads());
        }

        @Override
        public boolean servesOneTokenAlone() {
            return false;
        }
    }

    /** What products with distances are divided by. */
    enum DistanceScale {
        /** √E, as products of contents are. */
        AS_CONTENTS,
        /** Nothing. */
        NONE
    }

    /** Which products with distances scores have. */
    enum DistanceTerms {
        /** A token's query with the distance's key. */
        CONTENT_TO_POSITION,
        /** The distance's query with a token's key. */
        POSITION_TO_CONTENT,
        BOTH;

        /** Number of products: 1 or 2. */
        public int count() {
            return this == BOTH ? 2 : 1;
        }
    }

    /** Which weights make queries and keys of distances. */
    enum DistanceWeights {
        /** Those of tokens. */
        OF_TOKENS,
        /** Others in each layer. */
        OWN
    }

    /** What is done with the vectors of distances before they are used. */
    enum DistanceNorm {
        NONE,
        LAYER_NORM
    }

    /**
     * q, k, v and the output. q, k and v are neighbours, weights and then biases: one [3D, D] matrix and one [3D] bias
     * span them.
     */
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
