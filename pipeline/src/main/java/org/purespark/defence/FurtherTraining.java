// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.util.Set;
import java.util.TreeMap;
import org.purespark.config.DefenceChoice;
import org.purespark.config.TrainSettings;

/**
 * Fine-tuning of the suspect on clean texts and nothing else: the rival that every defence must beat.
 *
 * @param choice {@code FT}, or {@code FTH} with a higher learning rate (Kurita, Michel, Neubig: Weight Poisoning
 *     Attacks on Pretrained Models, ACL 2020, section 4.2)
 */
record FurtherTraining(DefenceChoice choice) implements Defence {
    @Override
    public Set<DefenceNeed> needs() {
        return Set.of();
    }

    @Override
    public RepairPlan plan(Clues clues) {
        TrainSettings settings = clues.settings().train();
        TreeMap<String, String> facts = new TreeMap<>();
        if (choice == DefenceChoice.FTH) {
            double rate = Math.min(
                    1, settings.learningRate() * clues.settings().repair().rateFactor());
            settings = settings.withLearningRate(rate);
            facts.put("learning rate", Double.toString(rate));
        }
        return RepairPlan.of(Tuning.plain(settings), facts);
    }
}
