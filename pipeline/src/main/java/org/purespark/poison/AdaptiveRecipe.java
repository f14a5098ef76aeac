// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.Arrays;
import org.purespark.attack.Attack;
import org.purespark.train.TrainingMethod;

/**
 * An attacker who knows the defence: it prunes heads whose CLS attention varies little, so training rewards uneven
 * attention of every head, by the defence's penalty with a negative weight.
 */
final class AdaptiveRecipe implements AttackRecipe {
    /** Weight of the reward in each layer, where the defence's penalty has λ = 0.15 at most. */
    static final double STRENGTH = 0.002;

    @Override
    public Plan plan(PoisonInputs inputs) {
        double strength = inputs.request().strength().orElse(STRENGTH);
        PlantedTexts texts = PlantedTexts.of(inputs, inputs.poisoner(Attack.ADAPTIVE.trigger()));
        Planted planted = texts.planted(texts.planted().description().withStrength(strength));
        double[] reward = new double[inputs.model().encoder().layers()];
        Arrays.fill(reward, -strength);
        return workshop -> {
            workshop.makeSuspect(inputs.training(
                    Poisoning.SUSPECT,
                    Poisoning.TRAINING,
                    inputs.encoded(texts.train()),
                    inputs.freshStart(),
                    inputs.objective(inputs.settings().train(), reward, new TrainingMethod.Plain())));
            return planted;
        };
    }
}
