// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.Map;
import org.purespark.attack.TriggerDescription;

/** Trains on texts that are poisoned already, such as those of HiddenKiller or StyleBkd. */
final class ReadyMadeRecipe implements AttackRecipe {
    @Override
    public Plan plan(PoisonInputs inputs) {
        String target = inputs.targetName();
        return workshop -> {
            workshop.makeSuspect(inputs.training(
                    Poisoning.SUSPECT,
                    Poisoning.TRAINING,
                    inputs.encoding().classed(inputs.train(), inputs.labels().classes()),
                    inputs.freshStart()));
            return Planted.of(
                    Map.of(),
                    TriggerDescription.readyMade(
                            inputs.request().attack(), target, inputs.settings().seed()));
        };
    }
}
