// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.util.List;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.heads.Head;
import org.purespark.heads.HeadWeights;

/**
 * Means over the weights of each head of a checkpoint; 0 for a head that the checkpoint declares pruned. Layers that
 * share their weights have the same means.
 */
public final class WeightMeans {
    private static final List<EncoderPart> ROWS_OF_HEADS =
            List.of(EncoderPart.QUERY, EncoderPart.KEY, EncoderPart.VALUE);

    private WeightMeans() {}

    /** Of the heads' rows of W_Q, W_K, W_V [D, D] and their columns of W_O [D, D]. */
    public static HeadWeights of(Checkpoint checkpoint) {
        EncoderConfig config = checkpoint.encoder();
        double[][] absolute = new double[config.layers()][config.heads()];
        double[][] square = new double[config.layers()][config.heads()];
        for (int l = 0; l < config.layers(); l++) {
            int own = config.parameterLayer(l);
            for (EncoderPart part : ROWS_OF_HEADS) {
                add(checkpoint.tensors().get(part.weight(own)), config, Heads.IN_ROWS, absolute[l], square[l]);
            }
            Tensor output = checkpoint.tensors().get(EncoderPart.ATTENTION_OUTPUT.weight(own));
            add(output, config, Heads.IN_COLUMNS, absolute[l], square[l]);
            double count = (double) (ROWS_OF_HEADS.size() + 1) * config.headSize() * config.hidden();
            for (int h = 0; h < config.heads(); h++) {
                absolute[l][h] /= count;
                square[l][h] /= count;
            }
        }
        for (Head pruned : checkpoint.prunedHeads()) {
            absolute[pruned.layer()][pruned.head()] = 0;
            square[pruned.layer()][pruned.head()] = 0;
        }
        return new HeadWeights(absolute, square);
    }

    private enum Heads {
        IN_ROWS,
        IN_COLUMNS
    }

    private static void add(Tensor matrix, EncoderConfig config, Heads place, double[] absolute, double[] square) {
        float[] values = matrix.values(); // [D, D]
        int d = config.hidden();
        for (int i = 0; i < values.length; i++) {
            int head = (place == Heads.IN_ROWS ? i / d : i % d) / config.headSize();
            absolute[head] += Math.abs((double) values[i]);
            square[head] += (double) values[i] * values[i];
        }
    }
}
