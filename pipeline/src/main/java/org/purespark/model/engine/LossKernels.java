// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import java.util.List;

/** The two parts of the loss of one micro-batch; labels and penalty weights are the batch's. */
public interface LossKernels {
    /** loss []; and for the backward pass slope (softmax - one-hot)/B [B, C]. */
    record Entropy<V>(V loss, V slope) {}

    /** lossGradient [] and slope [B, C]. */
    record EntropyBackward<V>(V lossGradient, V slope) {}

    /** Mean cross-entropy: -(1/B) Σ_b ln softmax(z_b)[label_b], logits z [B, C]. */
    void crossEntropy(DeviceArray logits, Entropy<DeviceArray> out);

    /** slope·dloss [B, C]. */
    void crossEntropyGradient(EntropyBackward<DeviceArray> in, DeviceArray gradient);

    /** CLS attention after dropout of each of the L layers, [N, A]. */
    record ClsAttention<V>(List<V> layers) {}

    /** penalty []; and for the backward pass roots sqrt(Σ_b Σ_k A[l, h, b, k]²) [L, A]. */
    record Penalty<V>(V penalty, V roots) {}

    /** The penalty's input, its roots [L, A], and the gradient of the penalty []. */
    record PenaltyBackward<V>(List<V> layers, V roots, V penaltyGradient) {}

    /**
     * Attention normalization (Zhao, Xu, Yuan: PURE, ICML 2024): Σ_l Σ_h w[l, h]·sqrt(Σ_b Σ_k A[l, h, b, k]²), b over
     * the texts of the micro-batch, k over a text's tokens.
     */
    void attentionPenalty(ClsAttention<DeviceArray> in, Penalty<DeviceArray> out);

    /** dA = dpenalty·w[l, h]·A / root[l, h], each [N, A]; 0 if the root is 0. */
    void attentionPenaltyGradient(PenaltyBackward<DeviceArray> in, ClsAttention<DeviceArray> gradients);
}
