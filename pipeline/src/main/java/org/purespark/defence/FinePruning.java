// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.Tensor;
import org.purespark.config.DefenceChoice;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.EncoderPart;
import org.purespark.storage.Storage;
import org.purespark.train.WeightChange;

/**
 * Dormant neurons pruned, then fine-tuning (Liu, Dolan-Gavitt, Garg: Fine-Pruning, Defending Against Backdooring
 * Attacks on Deep Neural Networks, RAID 2018). The paper prunes channels of the last convolution until accuracy falls.
 * Here they are neurons of the feed-forward parts of all layers: the {@code repair.dormant-share} of each layer with
 * the smallest mean absolute activation in the baseline on clean validation texts; absolute, as gelu gives negative
 * values too.
 *
 * <p>A pruned neuron's weights are zero on both sides. Its activation is then 0, and so are all gradients of its
 * weights: they stay zero in fine-tuning.
 */
record FinePruning() implements Defence {
    @Override
    public DefenceChoice choice() {
        return DefenceChoice.FINE_PRUNING;
    }

    @Override
    public Set<DefenceNeed> needs() {
        return Set.of();
    }

    @Override
    public RepairPlan plan(Clues clues) throws IOException {
        double share = clues.settings().repair().dormantShare();
        int[][] dormant = dormant(clues.encoder(), clues.neuronActivity(), share);
        TreeMap<String, String> facts = new TreeMap<>();
        facts.put("repair.dormant-share", Double.toString(share));
        facts.put(
                "neurons pruned",
                Integer.toString(IntStream.range(0, dormant.length)
                        .map(l -> dormant[l].length)
                        .sum()));
        return RepairPlan.of(Tuning.plain(clues.settings().train()).withChanges(List.of(new Silenced(dormant))), facts);
    }

    /**
     * The neurons to prune in each layer [L][]; in layers that share weights those of the layer whose name they have,
     * by the mean of all of them.
     *
     * @param activity [L][F]
     */
    static int[][] dormant(EncoderConfig encoder, double[][] activity, double share) {
        int neurons = encoder.intermediate();
        double[][] sums = new double[encoder.layers()][neurons];
        for (int l = 0; l < activity.length; l++) {
            for (int f = 0; f < neurons; f++) {
                sums[encoder.parameterLayer(l)][f] += activity[l][f];
            }
        }
        int[][] dormant = new int[encoder.layers()][];
        for (int layer = 0; layer < dormant.length; layer++) {
            int l = layer;
            int number = encoder.parameterLayer(l) == l ? (int) Math.floor(share * neurons) : 0;
            dormant[l] = IntStream.range(0, neurons)
                    .boxed()
                    .sorted(Comparator.comparingDouble(f -> sums[l][f]))
                    .limit(number)
                    .mapToInt(f -> f)
                    .sorted()
                    .toArray();
        }
        return dormant;
    }

    /**
     * Zeroes neurons.
     *
     * @param ofLayers [L][] their indices, 0 to F - 1
     */
    record Silenced(int[][] ofLayers) implements WeightChange {
        @Override
        public void apply(Checkpoint start, SortedMap<String, Tensor> tensors, Storage storage) {
            for (int l = 0; l < ofLayers.length; l++) {
                for (int neuron : ofLayers[l]) {
                    silence(start.encoder(), tensors, l, neuron);
                }
            }
        }

        private static void silence(EncoderConfig encoder, SortedMap<String, Tensor> tensors, int l, int neuron) {
            int neurons = encoder.intermediate();
            Tensor in = tensors.get(EncoderPart.INTERMEDIATE.weight(l)); // [F, D], or [2F, D] in gated parts
            Tensor bias = tensors.get(EncoderPart.INTERMEDIATE.bias(l)); // [F], or null without biases
            Tensor out = tensors.get(EncoderPart.OUTPUT.weight(l)); // [D, F]
            for (int row = neuron; row < in.shape()[0]; row += neurons) {
                for (int d = 0; d < encoder.hidden(); d++) {
                    in.values()[row * encoder.hidden() + d] = 0;
                }
                if (bias != null) {
                    bias.values()[row] = 0;
                }
            }
            for (int d = 0; d < encoder.hidden(); d++) {
                out.values()[d * neurons + neuron] = 0;
            }
        }
    }
}
