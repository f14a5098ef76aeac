// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

import java.io.Serializable;

/**
 * The layers between the last hidden states and the class scores. All kinds end with dropout and one linear layer to
 * the C classes, the last projection.
 *
 * @param pooling which hidden states are read
 * @param inner what comes before the dropout of the last projection
 */
public record ClassifierKind(Pooling pooling, Inner inner) implements Serializable {
    /** No inner layer: every model that is not a sequence classifier. */
    public static final ClassifierKind LINEAR = new ClassifierKind(Pooling.FIRST_TOKEN, new Inner.Nothing());

    /** The layer before the last projection. */
    public sealed interface Inner extends Serializable {
        /**
         * Adds its parameters.
         *
         * @param d D
         */
        void addTo(ParameterList.Builder list, int d);

        /** The hidden state itself. */
        record Nothing() implements Inner {
            @Override
            public void addTo(ParameterList.Builder list, int d) {
                // There are no parameters.
            }
        }

        /** A linear layer [D, D] and an activation. */
        record Dense(Activation activation, Input input) implements Inner {
            @Override
            public void addTo(ParameterList.Builder list, int d) {
                list.linear(EncoderPart.CLASSIFIER_DENSE, ParameterSpec.NO_LAYER, d, d);
            }
        }

        /** A linear layer [D, D], an activation and a LayerNorm with the encoder's ε; all without bias. */
        record DenseNorm(Activation activation) implements Inner {
            @Override
            public void addTo(ParameterList.Builder list, int d) {
                list.linear(EncoderPart.CLASSIFIER_DENSE, ParameterSpec.NO_LAYER, d, d);
                list.norm(EncoderPart.CLASSIFIER_NORM, ParameterSpec.NO_LAYER, d);
            }
        }
    }

    /** What an inner layer reads. */
    public enum Input {
        AS_IT_IS,
        /** With dropout, at the rate of the last projection's. */
        WITH_DROPOUT
    }

    /** With an inner layer on the first token's hidden state. */
    public static ClassifierKind dense(Activation activation, Input input) {
        return new ClassifierKind(Pooling.FIRST_TOKEN, new Inner.Dense(activation, input));
    }

    /** Whether there is an inner layer. */
    public boolean hasDense() {
        return !(inner instanceof Inner.Nothing);
    }
}
