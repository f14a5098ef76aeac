// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.Tensor;
import org.purespark.config.DefenceChoice;
import org.purespark.storage.Storage;
import org.purespark.train.WeightChange;

/**
 * The mean of the suspect's encoder weights and those of other models (Arora and others: Here's a Free Lunch,
 * Sanitizing Backdoored Models with Model Merge, ACL Findings 2024, section 3): with {@code --other-model}, and with
 * {@code --clean-model} too where it is given. The idea: a backdoor that one of them has is not in the others.
 *
 * <p>The paper merges classifiers of the same task and uses the mean as it is. Here the other models may have a
 * classifier for other labels, or none; so the encoders alone are averaged, and fine-tuning with a new classifier
 * follows. The inner layer of a sequence classifier stays the suspect's.
 */
record WeightAverage() implements Defence {
    @Override
    public DefenceChoice choice() {
        return DefenceChoice.WAG;
    }

    @Override
    public Set<DefenceNeed> needs() {
        return Set.of(DefenceNeed.OTHER_MODEL);
    }

    @Override
    public RepairPlan plan(Clues clues) {
        List<ModelAddress> others = new ArrayList<>(List.of(clues.model(DefenceNeed.OTHER_MODEL)));
        clues.given(DefenceNeed.CLEAN_MODEL).ifPresent(others::add);
        TreeMap<String, String> facts = new TreeMap<>();
        facts.put("models averaged", Integer.toString(1 + others.size()));
        List<WeightChange> changes = List.of(new Mean(others));
        return RepairPlan.of(Tuning.plain(clues.settings().train()).withChanges(changes), facts);
    }

    /** Makes the weights the mean over the models. */
    record Mean(List<ModelAddress> others) implements WeightChange {
        Mean {
            others = List.copyOf(others);
        }

        @Override
        public void apply(Checkpoint start, SortedMap<String, Tensor> tensors, Storage storage) throws IOException {
            float share = 1f / (1 + others.size());
            for (int n = 0; n < others.size(); n++) {
                boolean first = n == 0;
                OtherEncoder.tensors(storage, others.get(n), start).forEach((name, other) -> {
                    float[] mean = tensors.get(name).values();
                    for (int i = 0; i < mean.length; i++) {
                        mean[i] = (first ? mean[i] * share : mean[i]) + other.values()[i] * share;
                    }
                });
            }
        }

        @Override
        public WeightChange absolute(Storage storage) throws IOException {
            List<ModelAddress> absolute = new ArrayList<>();
            for (ModelAddress other : others) {
                absolute.add(other.absolute(storage));
            }
            return new Mean(absolute);
        }
    }
}
