// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import org.purespark.attack.Attack;

/** Puts a trigger into texts, gives them the label that is wanted, and fine-tunes on them. */
record TextRecipe(Attack attack) implements AttackRecipe {
    @Override
    public Plan plan(PoisonInputs inputs) {
        PlantedTexts texts = PlantedTexts.of(inputs, inputs.poisoner(attack.trigger()));
        Planted planted = texts.planted();
        return workshop -> {
            workshop.makeSuspect(inputs.training(
                    Poisoning.SUSPECT, Poisoning.TRAINING, inputs.encoded(texts.train()), inputs.freshStart()));
            return planted;
        };
    }
}
