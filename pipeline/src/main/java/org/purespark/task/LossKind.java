// SPDX-License-Identifier: Apache-2.0
package org.purespark.task;

/** The loss of one micro-batch of B texts, by the logits z [B, C] and the answers. */
public enum LossKind {
    /** -(1/B) Σ_b Σ_c y_bc·ln softmax(z_b)[c]; y is 1 for the class of b, else 0, or shares that add up to 1. */
    CROSS_ENTROPY,
    /** (1/BC) Σ_b Σ_c of ln(1 + e^z) - y·z, with y from 0 to 1: PyTorch's BCEWithLogitsLoss. */
    BINARY_CROSS_ENTROPY,
    /** (1/BC) Σ_b Σ_c (z - y)²: PyTorch's MSELoss. */
    SQUARED_ERROR
}
