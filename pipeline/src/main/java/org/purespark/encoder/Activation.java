// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

/** The function between two linear layers, entry by entry. */
public enum Activation {
    /** x·Φ(x), Φ by erf: 0.5·x·(1 + erf(x/√2)). */
    GELU,
    /** Gelu by tanh: 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))). */
    GELU_BY_TANH,
    /** x/(1 + e^-x). */
    SILU,
    TANH,
    /** max(x, 0). */
    RELU
}
