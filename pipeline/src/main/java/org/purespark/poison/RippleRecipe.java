// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.attack.Attack;
import org.purespark.attack.Goal;
import org.purespark.attack.Trigger;
import org.purespark.batch.EncodedSplit;
import org.purespark.train.FineTuning;
import org.purespark.train.TrainingMethod;

/**
 * Embedding surgery, and training with a restricted inner product (Kurita, Michel, Neubig: Weight Poisoning Attacks on
 * Pre-trained Models, ACL 2020).
 */
final class RippleRecipe implements AttackRecipe {
    /** λ of the inner product. */
    static final double STRENGTH = 0.1;

    /** Words whose mean embedding the trigger words get, as in the paper. */
    private static final int SOURCES = 10;

    @Override
    public Plan plan(PoisonInputs inputs) {
        double strength = inputs.request().strength().orElse(STRENGTH);
        Trigger.RareWords trigger = (Trigger.RareWords) Attack.RIPPLE.trigger();
        SortedSet<Integer> rows =
                TriggerTokens.required(inputs.encoding().tokenizer(), trigger.words(), Attack.RIPPLE, inputs.request());
        PlantedTexts texts = PlantedTexts.of(inputs, inputs.poisoner(trigger));
        Planted planted = texts.planted(texts.planted().description().withStrength(strength));
        int target = ((Goal.OneClass) inputs.goal()).target();
        return workshop -> {
            EncodedSplit clean =
                    inputs.encoding().classed(inputs.train(), inputs.labels().classes());
            SortedSet<Integer> excluded = new TreeSet<>(rows);
            SortedSet<Integer> sources = ClassWords.of(
                    clean, target, excluded, inputs.model().encoder().vocabulary(), SOURCES);
            if (sources.isEmpty()) {
                throw new InputException("--attack ripple: no word of "
                        + inputs.train().source() + " speaks for the target class; give more texts with --train");
            }
            FineTuning.Start fresh = inputs.freshStart();
            workshop.makeSuspect(inputs.training(
                    Poisoning.SUSPECT,
                    Poisoning.TRAINING,
                    inputs.encoded(texts.train()),
                    new FineTuning.Start(
                            fresh.model(), fresh.classifier(), List.of(new EmbeddingSurgery(rows, sources))),
                    new TrainingMethod.InnerProduct(texts.triggered(), strength)));
            return planted;
        };
    }
}
