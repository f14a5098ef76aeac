// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.purespark.encoder.EncoderConfig;
import org.purespark.model.EncoderGraph.Context;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.TextBatch;
import org.purespark.model.graph.GraphSession;

/**
 * Gradients by the gates of heads, of one run. What head h gives to row n is g·z[n, h], z [R, A, E], so that dL/dg = Σ
 * over n of (dL/dz[n, h])·z[n, h] where g is 1. A text's loss depends on its own rows alone, so a batch gives the
 * gradient of every text. The same number is that of W_O[:, h]·dL/dW_O[:, h] of the text alone, W_O the output
 * projection, where no other layer has the same W_O.
 */
final class GateGradients {
    private final List<Context> contexts;
    private final TextBatch batch;
    private final EncoderConfig config;
    /** By the name of the gradient. */
    private final Map<String, float[]> gradients = new HashMap<>();

    /** @param contexts of all layers */
    GateGradients(List<Context> contexts, TextBatch batch, EncoderConfig config) {
        this.contexts = contexts;
        this.batch = batch;
        this.config = config;
    }

    /**
     * The variables of the run. Operations of a backward pass compute all of their gradients, so those of the
     * parameters are among them.
     *
     * @param learning variables of a run in training
     */
    GraphSession.Wanted wanted(GraphSession.Wanted learning) {
        List<String> passed = new ArrayList<>(learning.passed());
        contexts.forEach(context -> passed.add(context.gradient()));
        return new GraphSession.Wanted(contexts.stream().map(Context::values).toList(), passed);
    }

    /** Takes what the run passes: the gradients of contexts are kept. */
    void take(String variable, DeviceArray value) {
        if (contexts.stream().anyMatch(context -> context.gradient().equals(variable))) {
            gradients.put(variable, value.toArray());
        }
    }

    /**
     * [B][L][A].
     *
     * @param values the contexts by name
     */
    double[][][] ofTexts(Map<String, DeviceArray> values) {
        double[][][] ofTexts = new double[batch.texts()][config.layers()][config.heads()];
        for (int l = 0; l < config.layers(); l++) {
            Context context = contexts.get(l);
            add(l, values.get(context.values()).toArray(), gradients.get(context.gradient()), ofTexts);
        }
        return ofTexts;
    }

    /**
     * Adds a layer.
     *
     * @param context z [N, D], or [B, D] of first tokens alone
     * @param gradient that of the mean of the texts' losses by z
     */
    private void add(int layer, float[] context, float[] gradient, double[][][] ofTexts) {
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
}
