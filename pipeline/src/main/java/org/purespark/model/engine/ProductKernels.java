// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

/** Products of rows with weights. R rows, of tokens or of texts. */
public interface ProductKernels {
    /** The order of a weight in memory. */
    enum Weight {
        /** W [out, in], as in checkpoints. */
        OUT_IN,
        /** Wᵀ [in, out], which some engines multiply faster; then the product has no derivative. */
        IN_OUT
    }

    /** x [R, in], weight [out, in] or [in, out]. */
    record LinearInputs<V>(V x, V weight) {}

    /** outGradient [R, out], x [R, in], weight [out, in]. */
    record LinearBackward<V>(V outGradient, V x, V weight) {}

    /** y = x·Wᵀ, y [R, out]. */
    void linear(LinearInputs<DeviceArray> in, Weight form, DeviceArray y);

    /** dx = dy·W [R, in], dW = dyᵀ·x [out, in]. */
    void linearGradient(LinearBackward<DeviceArray> in, LinearInputs<DeviceArray> gradients);

    /** x [R, W], bias [W]. */
    record Biased<V>(V x, V bias) {}

    /** y = x + bias in each row, [R, W]. The output y may be the memory of x. */
    void addBias(Biased<DeviceArray> in, DeviceArray y);

    /** dx = dy [R, W], dbias = Σ_rows dy [W]. The output dx may be the memory of dy. */
    void addBiasGradient(DeviceArray outGradient, Biased<DeviceArray> gradients);
}
