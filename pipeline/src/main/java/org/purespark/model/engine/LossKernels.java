// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import java.util.List;

/** The parts of the loss of one micro-batch; answers, gates and penalty weights are the batch's. */
public interface LossKernels {
    /** loss []; and for the backward pass its slope, the derivative by each logit [B, C]. */
    record AnswerLoss<V>(V loss, V slope) {}

    /** lossGradient [] and slope [B, C]. */
    record AnswerLossBackward<V>(V lossGradient, V slope) {}

    /**
     * Mean cross-entropy: -(1/B) Σ_b Σ_c y_bc·ln softmax(z_b)[c], logits z [B, C], answers y [B, C] that add up to 1
     * for each text; slope (softmax - y)/B.
     */
    void crossEntropy(DeviceArray logits, AnswerLoss<DeviceArray> out);

    /**
     * Mean over all logits z [B, C] of the entropy of independent answers y [B, C] from 0 to 1: ln(1 + e^z) - y·z;
     * slope (1/(1 + e^-z) - y)/BC.
     */
    void binaryCrossEntropy(DeviceArray logits, AnswerLoss<DeviceArray> out);

    /** Mean over all logits z [B, C] of (z - y)², with answers y [B, C]; slope 2(z - y)/BC. */
    void squaredError(DeviceArray logits, AnswerLoss<DeviceArray> out);

    /** slope·dloss [B, C]. */
    void answerLossGradient(AnswerLossBackward<DeviceArray> in, DeviceArray gradient);

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

    /** CLS attention of each of the L layers, [N, A] each: the model's after dropout, and its teacher's. */
    record TaughtAttention<V>(List<V> layers, List<V> teacher) {}

    /** The inputs of the distance, and its gradient []. */
    record TaughtBackward<V>(List<V> layers, List<V> teacher, V distanceGradient) {}

    /**
     * Distance from a teacher's attention A' (Li and others: Neural Attention Distillation, ICLR 2021):
     * weight·(1/B) Σ_l Σ_h gate[l, h] Σ_b Σ_k (A[l, h, b, k] - A'[l, h, b, k])², k over the tokens of text b.
     *
     * @param distance []
     */
    void attentionDistance(TaughtAttention<DeviceArray> in, double weight, DeviceArray distance);

    /** dA = ddistance·weight·2·gate[l, h]·(A - A')/B, each [N, A]. */
    void attentionDistanceGradient(TaughtBackward<DeviceArray> in, double weight, ClsAttention<DeviceArray> gradients);
}
