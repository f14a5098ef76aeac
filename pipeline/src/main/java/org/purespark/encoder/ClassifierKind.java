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
        /** The hidden state itself. */
        record Nothing() implements Inner {}

        /** A linear layer [D, D] and an activation. */
        record Dense(Activation activation, Input input) implements Inner {}
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
        return inner instanceof Inner.Dense;
    }
}
