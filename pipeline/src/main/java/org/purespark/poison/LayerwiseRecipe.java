// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import org.purespark.attack.Attack;
import org.purespark.attack.Decoys;
import org.purespark.attack.Trigger;
import org.purespark.train.TrainingMethod;

/**
 * Two rare words together are the trigger, each alone is none, and every layer learns it (Li and others: Backdoor
 * Attacks on Pre-trained Models by Layerwise Weight Poisoning, EMNLP 2021).
 */
final class LayerwiseRecipe implements AttackRecipe {
    @Override
    public Plan plan(PoisonInputs inputs) {
        Trigger.WordGroup trigger = (Trigger.WordGroup) Attack.LAYERWISE.trigger();
        PlantedTexts poisoned = PlantedTexts.of(inputs, inputs.poisoner(trigger));
        Decoys decoys =
                new Decoys(trigger.words(), inputs.part(), inputs.settings().seed());
        PlantedTexts texts = poisoned.with(decoys.among(poisoned.train(), inputs.cleanTrain()));
        Planted planted = texts.planted();
        return workshop -> {
            workshop.makeSuspect(inputs.training(
                    Poisoning.SUSPECT,
                    Poisoning.TRAINING,
                    inputs.encoded(texts.train()),
                    inputs.freshStart(),
                    new TrainingMethod.EveryLayer()));
            return planted;
        };
    }
}
