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

    /**
     * What of a product belongs to the heads of a layer.
     *
     * @param layer the layer; its gates are used, where 0 means that the head is pruned
     */
    record OfHeads(Side side, int layer) {
        /** The side of the weight. */
        public enum Side {
            /** Out: queries, keys and values of the heads [R, 3·A·E]. Nothing reads those of pruned heads. */
            QUERIES_KEYS_VALUES,
            /** In: what the heads give [R, A·E], 0 for pruned heads. Nothing reads the gradient of what those give. */
            CONTEXTS
        }
    }

    /** {@link #linear}; what nothing reads may be 0. */
    default void headLinear(LinearInputs<DeviceArray> in, Weight form, OfHeads heads, DeviceArray y) {
        linear(in, form, y);
    }

    /** {@link #linearGradient}, with dy 0 for queries, keys and values of pruned heads; what nothing reads may be 0. */
    default void headLinearGradient(
            LinearBackward<DeviceArray> in, OfHeads heads, LinearInputs<DeviceArray> gradients) {
        linearGradient(in, gradients);
    }

    /** x [R, W], bias [W]. */
    record Biased<V>(V x, V bias) {}

    /** y = x + bias in each row, [R, W]. The output y may be the memory of x. */
    void addBias(Biased<DeviceArray> in, DeviceArray y);

    /** dx = dy [R, W], dbias = Σ_rows dy [W]. The output dx may be the memory of dy. */
    void addBiasGradient(DeviceArray outGradient, Biased<DeviceArray> gradients);
}
