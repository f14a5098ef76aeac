// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

/** Products of each head with its own rows of a weight [D, D], W_h [E, D]. */
public interface HeadKernels {
    /** q [B, D] and the keys' weight [D, D]. */
    record HeadSpreadInputs<V>(V q, V weight) {}

    /** outGradient [A, B, D], q [B, D], weight [D, D]. */
    record HeadSpreadBackward<V>(V outGradient, V q, V weight) {}

    /**
     * Turns a query for keys into a query for hidden states: q_h·k_h[t] = q_h·(W_h·x[t]) = (W_hᵀ·q_h)·x[t]. So y_h =
     * W_hᵀ·q_h, y [A, B, D], and the keys of all tokens are not needed.
     */
    void headSpread(HeadSpreadInputs<DeviceArray> in, DeviceArray y);

    /** Gradients of q [B, D] and W [D, D]. */
    void headSpreadGradient(HeadSpreadBackward<DeviceArray> in, HeadSpreadInputs<DeviceArray> gradients);

    /** z [A, B, D], sums s [A, B], the values' weight W [D, D] and bias b [D]. */
    record HeadGatherInputs<V>(V z, V sums, V weight, V bias) {}

    /** outGradient [B, D], then the inputs of the operation. */
    record HeadGatherBackward<V>(V outGradient, V z, V sums, V weight, V bias) {}

    /**
     * The context of attention from sums of hidden states: Σ_t p[t]·(W_h·x[t] + b_h) = W_h·z_h + b_h·s_h, [B, D]. So
     * the values of all tokens are not needed.
     */
    void headGather(HeadGatherInputs<DeviceArray> in, DeviceArray context);

    /** Gradients of z [A, B, D], s [A, B], W [D, D], b [D]. */
    void headGatherGradient(HeadGatherBackward<DeviceArray> in, HeadGatherInputs<DeviceArray> gradients);
}
