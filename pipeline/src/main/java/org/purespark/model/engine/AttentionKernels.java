// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

/** Multi-head attention over packed texts (Vaswani et al. 2017, formula 1), each text attends only to itself. */
public interface AttentionKernels {
    /**
     * The values that forward and backward share.
     *
     * @param layer the layer; its gates are used, where 0 means that the head is pruned
     * @param heads A
     * @param dropout on attention probabilities; {@link DropoutEntries} numbers them
     */
    record AttentionCall(int layer, int heads, Dropout dropout) {}

    /** qkv [N, 3D]: q, k, v side by side, without their bias; bias [3D]. */
    record SelfAttentionInputs<V>(V qkv, V bias) {}

    /**
     * context [N, D]; clsAttention after dropout [N, A] (row of token k of text b: the attention of b's first token to
     * k). For pruned heads both are 0. The softmax of all pairs of tokens, A·ΣT² entries, is not kept: the backward
     * pass computes it again, so that memory grows with the number of tokens (Dao et al. 2022, FlashAttention, section
     * 3.1).
     */
    record Attended<V>(V context, V clsAttention) {}

    /** Inputs of the attention, and gradients of context [N, D] and CLS attention [N, A]. */
    record SelfAttentionBackward<V>(V qkv, V bias, V contextGradient, V clsGradient) {}

    /** context_h = gate·dropout(softmax(q·kᵀ/√E))·v, head by head. */
    void selfAttention(SelfAttentionInputs<DeviceArray> in, AttentionCall attention, Attended<DeviceArray> out);

    /** Gradients of qkv [N, 3D] and bias [3D]. */
    void selfAttentionGradient(
            SelfAttentionBackward<DeviceArray> in, AttentionCall attention, SelfAttentionInputs<DeviceArray> gradients);

    /** qkv [N, 3D] without its bias, bias [3D], and table b [R, A]: see {@link DistanceBuckets}. */
    record BucketAttentionInputs<V>(V qkv, V bias, V table) {}

    /** Inputs of the attention, and gradients of context [N, D] and CLS attention [N, A]. */
    record BucketAttentionBackward<V>(V qkv, V bias, V table, V contextGradient, V clsGradient) {}

    /**
     * context_h = gate·dropout(softmax(q·kᵀ/√E + b_h))·v, head by head, with b_h[i, j] = table[bucket(j - i), h] for
     * the query of token i and the key of token j.
     */
    void bucketAttention(BucketAttentionInputs<DeviceArray> in, AttentionCall attention, Attended<DeviceArray> out);

    /** Gradients of qkv [N, 3D], bias [3D] and table [R, A]; 0 for rows of the table that no distance reads. */
    void bucketAttentionGradient(
            BucketAttentionBackward<DeviceArray> in,
            AttentionCall attention,
            BucketAttentionInputs<DeviceArray> gradients);

    /** u [A, B, D]: each head's query for hidden states, see {@link HeadKernels}; x [N, D]. */
    record FirstTokenInputs<V>(V u, V x) {}

    /**
     * states z [A, B, D]; sums s [A, B]; clsAttention after dropout [N, A]; and for the backward pass softmax [N, A],
     * in an order of the engine's own: only the same engine reads it. For pruned heads z, s and clsAttention are 0.
     */
    record FirstTokenAttended<V>(V states, V sums, V clsAttention, V softmax) {}

    /** Gradients of states, sums and CLS attention, the softmax, and the inputs of the attention. */
    record FirstTokenBackward<V>(V statesGradient, V sumsGradient, V clsGradient, V softmax, V u, V x) {}

    /**
     * Attention of each text's first token only, on hidden states instead of keys and values: p_h = softmax(x·u_h/√E)
     * over the text's tokens, k_h = gate·dropout(p_h), z_h = Σ_t k_h[t]·x[t], s_h = Σ_t k_h[t]. The product of a query
     * with the keys' bias is the same for all tokens, so it does not change the softmax.
     */
    void firstTokenAttention(
            FirstTokenInputs<DeviceArray> in, AttentionCall attention, FirstTokenAttended<DeviceArray> out);

    /** Gradients of u [A, B, D] and x [N, D]. */
    void firstTokenAttentionGradient(
            FirstTokenBackward<DeviceArray> in, AttentionCall attention, FirstTokenInputs<DeviceArray> gradients);
}
