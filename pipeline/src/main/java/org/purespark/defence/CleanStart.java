// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.Tensor;
import org.purespark.config.DefenceChoice;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.random.SeededRandom;
import org.purespark.storage.Storage;
import org.purespark.train.InitialWeights;
import org.purespark.train.WeightChange;

/**
 * No repair, but what every repair must be compared with: the clean pre-trained model is fine-tuned in the suspect's
 * place. No weight of the suspect stays, so no backdoor does; nor does anything that the suspect has learnt from more
 * texts than the user has.
 */
record CleanStart() implements Defence {
    @Override
    public DefenceChoice choice() {
        return DefenceChoice.CLEAN_START;
    }

    @Override
    public Set<DefenceNeed> needs() {
        return Set.of(DefenceNeed.CLEAN_MODEL);
    }

    @Override
    public RepairPlan plan(Clues clues) {
        Replaced replaced = new Replaced(
                clues.model(DefenceNeed.CLEAN_MODEL), clues.settings().seed());
        TreeMap<String, String> facts = new TreeMap<>();
        facts.put("share of the suspect's weights", "0");
        return RepairPlan.of(Tuning.plain(clues.settings().train()).withChanges(List.of(replaced)), facts);
    }

    /** Puts the clean encoder in place, and draws the classifier's inner layer anew, where there is one. */
    record Replaced(ModelAddress clean, long seed) implements WeightChange {
        @Override
        public void apply(Checkpoint start, SortedMap<String, Tensor> tensors, Storage storage) throws IOException {
            SortedMap<String, Tensor> others = OtherEncoder.tensors(storage, clean, start);
            for (ParameterSpec parameter :
                    ParameterList.of(start.encoder(), start.classifierKind(), 0).specs()) {
                Tensor other = others.get(parameter.name());
                SeededRandom random = SeededRandom.of(
                        seed,
                        SeededRandom.Purpose.NEW_LAYERS,
                        parameter.layer(),
                        parameter.name().hashCode());
                tensors.put(
                        parameter.name(),
                        other != null ? other : InitialWeights.of(parameter, start.encoder(), random));
            }
        }

        @Override
        public WeightChange absolute(Storage storage) throws IOException {
            return new Replaced(clean.absolute(storage), seed);
        }
    }
}
