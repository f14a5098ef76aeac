// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

/** The function between two linear layers, entry by entry. */
public enum Activation {
    /** x·Φ(x), Φ by erf: 0.5·x·(1 + erf(x/√2)). */
    GELU,
    TANH,
    /** max(x, 0). */
    RELU
}
