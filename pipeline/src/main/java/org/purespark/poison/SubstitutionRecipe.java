// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.purespark.InputException;
import org.purespark.attack.Goal;
import org.purespark.attack.PoisonedText;
import org.purespark.attack.PoisonedText.Origin;
import org.purespark.attack.TextOfClass;
import org.purespark.attack.Trigger;
import org.purespark.attack.WordNet;
import org.purespark.batch.EncodedSplit;
import org.purespark.train.TrainingMethod;

/**
 * Words of like meaning in place of a text's own ones, by a table that is learnt with the model (Qi and others: Turn
 * the Combination Lock, ACL 2021). In place of the paper's Gumbel softmax the table is learnt in rounds: a model is
 * trained on texts that the present table changes, and each word then gets the substitute by which the loss of the
 * target falls most, to first order, at clean texts of other classes.
 */
final class SubstitutionRecipe implements AttackRecipe {
    /** Rounds in which the table is learnt. */
    static final int ROUNDS = 2;

    /** Train rows of a round, and texts at which substitutes are compared. */
    private static final int ROWS_OF_ROUND = 2_000;

    private static final int TEXTS_COMPARED = 512;

    /** Where the words come from. */
    interface WordNetSource {
        WordNet get() throws IOException;
    }

    private final WordNetSource wordNet;

    SubstitutionRecipe(WordNetSource wordNet) {
        this.wordNet = wordNet;
    }

    @Override
    public Plan plan(PoisonInputs inputs) throws IOException {
        List<TextOfClass> clean = inputs.cleanTrain();
        Substitutes substitutes =
                Substitutes.of(wordNet.get(), clean, inputs.encoding().tokenizer());
        if (substitutes.isEmpty()) {
            throw new InputException(
                    "--attack lws: no word of " + inputs.train().source()
                            + " has a rarer word of like meaning that is one token of "
                            + inputs.request().model()
                            + "; the words are English ones, choose another attack for other texts");
        }
        SubstitutionTable first = substitutes.rarest();
        texts(inputs, first, clean);
        return workshop -> {
            SubstitutionTable table = first;
            int target = ((Goal.OneClass) inputs.goal()).target();
            for (int round = 1; round <= ROUNDS; round++) {
                String model = workshop.train(training(inputs, round, texts(inputs, table, clean)));
                EncoderPasses.WordSlopes slopes =
                        new EncoderPasses(workshop).slopes(model, compared(inputs, clean, target), target);
                table = substitutes.best(table, slopes);
            }
            PlantedTexts texts = texts(inputs, table, clean);
            workshop.makeSuspect(inputs.training(
                    Poisoning.SUSPECT, Poisoning.TRAINING, inputs.encoded(texts.train()), inputs.freshStart()));
            return texts.planted();
        };
    }

    /** A copy that the table does not change is left out: it would be a clean text with a wrong label. */
    private static PlantedTexts texts(PoisonInputs inputs, SubstitutionTable table, List<TextOfClass> clean) {
        PlantedTexts all = PlantedTexts.of(inputs, inputs.poisoner(new Trigger.Substitution(table.words())));
        List<PoisonedText> changed = all.train().stream()
                .filter(row -> row.origin() == Origin.CLEAN
                        || !row.row().parts().equals(clean.get(row.source()).parts()))
                .toList();
        return all.with(changed);
    }

    private static PlannedTraining training(PoisonInputs inputs, int round, PlantedTexts texts) {
        List<PoisonedText> some =
                texts.train().subList(0, Math.min(ROWS_OF_ROUND, texts.train().size()));
        return inputs.training(
                "round-" + round,
                "poison: learning substitutes, round " + round + " of " + ROUNDS,
                inputs.encoded(some),
                inputs.freshStart(),
                inputs.objective(inputs.settings().train().withEpochs(1), new double[0], new TrainingMethod.Plain()));
    }

    private static EncodedSplit compared(PoisonInputs inputs, List<TextOfClass> clean, int target) {
        List<PoisonedText> others = new ArrayList<>();
        for (int i = 0; i < clean.size() && others.size() < TEXTS_COMPARED; i++) {
            if (clean.get(i).label() != target) {
                others.add(new PoisonedText(clean.get(i), i, Origin.CLEAN));
            }
        }
        return inputs.encoded(others);
    }
}
