// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

/** The result of a forward pass. */
public final class ForwardPass {
    private final float[][] logits;
    private final float[][] clsAttention;
    private final PackedBatch batch;
    private final int heads;

    ForwardPass(float[][] logits, float[][] clsAttention, PackedBatch batch, int heads) {
        this.logits = logits;
        this.clsAttention = clsAttention;
        this.batch = batch;
        this.heads = heads;
    }

    /** [B][C]. */
    public float[][] logits() {
        return logits;
    }

    /** CLS attention of head (layer, head) on a text: T values that add up to 1; zeros for a pruned head. */
    public float[] clsAttention(int layer, int head, int text) {
        float[] row = new float[batch.length(text)];
        for (int t = 0; t < row.length; t++) {
            row[t] = clsAttention[layer][(batch.starts()[text] + t) * heads + head];
        }
        return row;
    }

    /** CLS attention of a layer [N, A], row-major: the attention of each token's own first token to it. */
    public float[] clsAttention(int layer) {
        return clsAttention[layer];
    }
}
