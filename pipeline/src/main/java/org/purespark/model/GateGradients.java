// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import org.purespark.encoder.EncoderConfig;
import org.purespark.model.engine.TextBatch;

/**
 * Gradients by the gates of heads. What head h gives to row n is g·z[n, h], z [R, A, E], so that dL/dg = Σ_n
 * &lt;dL/dz[n, h], z[n, h]&gt; where g is 1. A text's loss depends on its own rows alone, so a batch gives the gradient of
 * every text. The same number is &lt;W_O[:, h], dL/dW_O[:, h]&gt; of the text alone, W_O the output projection, where no
 * other layer has the same W_O.
 */
final class GateGradients {
    private final TextBatch batch;
    private final EncoderConfig config;
    private final double[][][] ofTexts;

    GateGradients(TextBatch batch, EncoderConfig config) {
        this.batch = batch;
        this.config = config;
        this.ofTexts = new double[batch.texts()][config.layers()][config.heads()];
    }

    /**
     * Adds a layer.
     *
     * @param context z [N, D], or [B, D] of first tokens alone
     * @param gradient that of the mean of the texts' losses by z
     */
    void add(int layer, float[] context, float[] gradient) {
        int d = config.hidden();
        int e = config.headSize();
        int rows = context.length / d;
        for (int row = 0; row < rows; row++) {
            int text = rows == batch.tokens() ? batch.textOfRow(row) : row;
            for (int h = 0; h < config.heads(); h++) {
                double product = 0;
                for (int i = row * d + h * e; i < row * d + (h + 1) * e; i++) {
                    product += (double) context[i] * gradient[i];
                }
                // The loss of a batch is the mean over its texts.
                ofTexts[text][layer][h] += product * batch.texts();
            }
        }
    }

    /** [B][L][A]. */
    double[][][] ofTexts() {
        return ofTexts;
    }
}
