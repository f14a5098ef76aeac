// SPDX-License-Identifier: Apache-2.0
package org.purespark.family;

/**
 * A tensor on disk that is made from a parameter of the encoder.
 *
 * @param name on disk
 * @param parameter a vector [D]
 * @param form how it is made
 */
public record DerivedTensor(String name, String parameter, Form form) {
    /** How a tensor is made from a vector. */
    public enum Form {
        /** The vector [D]. */
        COPY,
        /** A matrix [D, D] with 1 over the vector's entries on its diagonal, else 0. */
        INVERSE_DIAGONAL
    }
}
