// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.Tensor;
import org.purespark.config.DefenceChoice;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.LayerSharing;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.random.SeededRandom;
import org.purespark.storage.Storage;
import org.purespark.train.InitialWeights;
import org.purespark.train.WeightChange;

/**
 * The top {@code repair.new-layers} layers drawn anew, then fine-tuning: re-initialization (Zhang and others:
 * Revisiting Few-sample BERT Fine-tuning, ICLR 2021, section 5), used against backdoors as a rival by Zhang and others
 * (Red Alarm for Pre-trained Models, 2021). Weights are drawn as transformers draws them. A pooler is not drawn anew.
 */
record NewTopLayers() implements Defence {
    @Override
    public DefenceChoice choice() {
        return DefenceChoice.RE_INIT;
    }

    @Override
    public Set<DefenceNeed> needs() {
        return Set.of();
    }

    @Override
    public RepairPlan plan(Clues clues) {
        int layers = clues.settings().repair().newLayers();
        EncoderConfig encoder = clues.encoder();
        if (encoder.architecture().layerSharing() != LayerSharing.NONE) {
            throw new InputException("defence=re-init draws single layers anew, but all layers of this encoder share"
                    + " their weights: choose another defence");
        }
        if (layers > encoder.layers()) {
            throw new InputException("repair.new-layers=" + layers + ", but the suspect's encoder has "
                    + encoder.layers() + " layers: lower it");
        }
        TreeMap<String, String> facts = new TreeMap<>();
        facts.put("repair.new-layers", Integer.toString(layers));
        List<WeightChange> changes = List.of(new Drawn(layers, clues.settings().seed()));
        return RepairPlan.of(Tuning.plain(clues.settings().train()).withChanges(changes), facts);
    }

    /**
     * Draws the weights of top layers. Each parameter has a stream of its own, so the number of layers does not change
     * what one of them gets.
     */
    record Drawn(int layers, long seed) implements WeightChange {
        @Override
        public void apply(Checkpoint start, SortedMap<String, Tensor> tensors, Storage storage) {
            EncoderConfig encoder = start.encoder();
            for (ParameterSpec parameter : ParameterList.ofEncoder(encoder).specs()) {
                if (parameter.layer() >= encoder.layers() - layers) {
                    SeededRandom random = SeededRandom.of(
                            seed,
                            SeededRandom.Purpose.NEW_LAYERS,
                            parameter.layer(),
                            parameter.name().hashCode());
                    tensors.put(parameter.name(), InitialWeights.ofLayer(parameter, encoder, random));
                }
            }
        }
    }
}
