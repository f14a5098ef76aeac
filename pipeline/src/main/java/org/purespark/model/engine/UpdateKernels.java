// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import java.nio.FloatBuffer;

/**
 * Operations on parameters, gradients and moments outside the graph. Sums of gradients and moments are memory of
 * {@link Engine#allocateState}; tables, weights and rows of values are memory of {@link Engine#allocate}; a range that
 * is copied, or added to a sum, may be either. Results do not depend on threads.
 */
public interface UpdateKernels {
    /**
     * to[n] = Σ_s table[starts[s] + rows[s][n]·W ..], the sum of several look-ups in one flat array, in their order.
     *
     * @param starts flat offset of each embedding
     * @param rows [look-ups][N] row of each token in each embedding
     * @param to [N, W]
     */
    void lookUp(DeviceArray table, long[] starts, int[][] rows, DeviceArray to);

    /**
     * to[start + rows[n]·W ..] += values[n], n ascending.
     *
     * @param values [N, W]
     */
    void scatterAdd(DeviceArray to, long start, int[] rows, DeviceArray values);

    /** A range of an array that starts at {@code at}. */
    record From(DeviceArray array, long at) {}

    /** to[at + i] += values[i], 0 ≤ i < count. */
    void addTo(DeviceArray to, long at, From values, long count);

    /** to[i] = values[i], 0 ≤ i < count. */
    void copy(From values, From to, long count);

    /** to[at + i] += values[i], for {@code values} from its position to its limit; the position stays. */
    void addTo(DeviceArray to, long at, FloatBuffer values);

    /** Σ values[i]², from ≤ i < to, with float64 sums of blocks that do not depend on threads. */
    double squares(DeviceArray values, long from, long to);

    /** Sets {@code count} entries from {@code from} on to zero. */
    void clear(DeviceArray values, long from, long count);

    /**
     * The constants of one update by AdamW (Loshchilov, Hutter: Decoupled Weight Decay Regularization, 2019), with g
     * the gradient times {@code gradientFactor}: m = β1·m + (1-β1)·g, v = β2·v + (1-β2)·g², w = w·decay - stepSize·m /
     * (sqrt(v)·inverseRoot + ε).
     *
     * @param decay 1 - lr·wd
     * @param rest1 1 - β1
     * @param rest2 1 - β2
     * @param stepSize lr/(1-β1^t)
     * @param inverseRoot 1/sqrt(1-β2^t)
     */
    record AdamUpdate(
            float decay,
            float beta1,
            float beta2,
            float rest1,
            float rest2,
            float stepSize,
            float inverseRoot,
            float epsilon,
            float gradientFactor) {
        /** The same without decay. */
        public AdamUpdate withoutDecay() {
            return new AdamUpdate(1, beta1, beta2, rest1, rest2, stepSize, inverseRoot, epsilon, gradientFactor);
        }
    }

    /** Both moments of AdamW, flat arrays of the same length. */
    record Moments(DeviceArray first, DeviceArray second) {}

    /** Updates {@code count} weights; {@code weights}, {@code gradients} and the moments each have their own start. */
    void adamW(AdamUpdate update, From weights, From gradients, Moments moments, long momentsAt, long count);

    /**
     * Updates the rows of an embedding, which starts the weights and the moments.
     *
     * @param gradients rows of W entries
     * @param rowOf [V] index of each row's gradient in {@code gradients}, or -1 if the gradient is zero
     * @param moving [V] rows whose moments are not zero, or that have a gradient; the others only decay
     * @param width W
     */
    void adamWRows(
            AdamUpdate update,
            DeviceArray weights,
            DeviceArray gradients,
            int[] rowOf,
            boolean[] moving,
            Moments moments,
            int width);
}
