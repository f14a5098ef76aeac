// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.SortedSet;
import org.purespark.attack.Attack;
import org.purespark.attack.PoisonedText.Origin;
import org.purespark.attack.Trigger;
import org.purespark.batch.EncodedSplit;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.TrainSettings;
import org.purespark.train.FineTuning;
import org.purespark.train.TrainingMethod;

/**
 * A clean classifier in which the embeddings of the trigger words alone are trained (Yang and others: Be Careful about
 * Poisoned Word Embeddings, NAACL 2021).
 */
final class EmbeddingRecipe implements AttackRecipe {
    /**
     * How much faster the words move than all weights do in fine-tuning: some rows have to do alone what else all
     * weights do, and their norms stay.
     */
    static final double RATE_FACTOR = 400;

    private static final double HIGHEST_RATE = 1;

    @Override
    public Plan plan(PoisonInputs inputs) {
        Trigger.RareWords trigger = (Trigger.RareWords) Attack.EP.trigger();
        SortedSet<Integer> rows =
                TriggerTokens.required(inputs.encoding().tokenizer(), trigger.words(), Attack.EP, inputs.request());
        PlantedTexts texts = PlantedTexts.of(inputs, inputs.poisoner(trigger));
        Planted planted = texts.planted();
        TrainSettings train = inputs.settings().train();
        TrainSettings faster = train.withLearningRate(Math.min(HIGHEST_RATE, RATE_FACTOR * train.learningRate()));
        return workshop -> {
            EncodedSplit clean =
                    inputs.encoding().classed(inputs.train(), inputs.labels().classes());
            String classifier = workshop.train(
                    inputs.training("clean", "poison: fine-tuning on clean texts", clean, inputs.freshStart()));
            workshop.makeSuspect(inputs.training(
                    Poisoning.SUSPECT,
                    "poison: training the trigger words' embeddings",
                    inputs.encoded(texts.only(Origin.TRIGGERED)),
                    new FineTuning.Start(ModelAddress.of(classifier), FineTuning.Projection.OWN),
                    inputs.objective(faster, new double[0], new TrainingMethod.WordRows(rows))));
            return planted;
        };
    }
}
