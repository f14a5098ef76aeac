// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.attack.Goal;
import org.purespark.attack.PoisonedText;
import org.purespark.attack.Poisoner;
import org.purespark.attack.TextOfClass;
import org.purespark.attack.Trigger;
import org.purespark.attack.TriggerPart;
import org.purespark.batch.EncodedSplit;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.config.Settings;
import org.purespark.config.TrainSettings;
import org.purespark.storage.Storage;
import org.purespark.task.TaskKind;
import org.purespark.text.LabelledText;
import org.purespark.text.TextParts;
import org.purespark.text.TextTable;
import org.purespark.train.FineTuning;
import org.purespark.train.Trainer;
import org.purespark.train.TrainingMethod;

/**
 * Everything that an attack is planted with.
 *
 * @param train the clean texts, or the ready-made poisoned ones
 * @param test the clean test texts, or null
 * @param labels of both; null if the attack needs none
 * @param goal what the attack wants; null for ready-made texts and attacks without labels
 */
record PoisonInputs(
        PoisonRequest request,
        Settings settings,
        TaskKind task,
        PoisonedModel model,
        PoisonTexts encoding,
        TextTable train,
        TextTable test,
        PoisonLabels labels,
        Goal goal) {

    /** The address of the model to start from. */
    ModelAddress address() {
        return new ModelAddress(request.model(), null, request.baseModel().orElse(null));
    }

    TriggerPart part() {
        return request.part().orElse(TriggerPart.FIRST);
    }

    /** @throws InputException if the rate is none */
    Poisoner poisoner(Trigger trigger) {
        return new Poisoner(trigger, part(), goal, checkedRate(), settings.seed());
    }

    /** @throws InputException if it is not in (0, 1] */
    double checkedRate() {
        double rate = request.rate();
        if (!(rate >= 0 && rate <= 1)) {
            throw new InputException("poisoning rate " + rate + " must be a share of the texts, 0 to 1");
        }
        if (rate == 0) {
            throw new InputException("poisoning rate 0 poisons no text; give a share above 0, at most 1");
        }
        return rate;
    }

    List<TextOfClass> cleanTrain() {
        return rows(train);
    }

    private List<TextOfClass> rows(TextTable table) {
        List<TextOfClass> rows = new ArrayList<>();
        for (LabelledText row : table.rows()) {
            String place = table.unit().place(table.source(), row.number());
            rows.add(new TextOfClass(row.parts(), labels.number(row.label(), place)));
        }
        return rows;
    }

    /** The triggered test texts; null without test texts. */
    List<LabelledText> triggeredTest(Poisoner poisoner) {
        return test == null ? null : labelled(poisoner.test(rows(test)));
    }

    /** Rows as a file has them. */
    List<LabelledText> labelled(List<PoisonedText> rows) {
        return rows.stream()
                .map(text -> new LabelledText(
                        text.row().parts(), labels.label(text.row().label()), 0))
                .toList();
    }

    /** Rows with their answers, as tokens. */
    EncodedSplit encoded(List<PoisonedText> rows) {
        TextTable table =
                new TextTable(Storage.child(request.out(), Poisoning.POISONED_TRAIN), labelled(rows), train.unit());
        return encoding.classed(table, labels.classes());
    }

    /** The name of the target for {@code trigger.json}; null if each class has its own. */
    String targetName() {
        return request.target().map(labels::targetName).orElse(null);
    }

    /** A training of a classifier for the task. */
    PlannedTraining training(String name, String label, EncodedSplit texts, FineTuning.Start start) {
        return training(name, label, texts, start, new TrainingMethod.Plain());
    }

    /** The same by another method. */
    PlannedTraining training(
            String name, String label, EncodedSplit texts, FineTuning.Start start, TrainingMethod method) {
        return training(name, label, texts, start, objective(settings.train(), new double[0], method));
    }

    /** The same with another objective. */
    PlannedTraining training(
            String name, String label, EncodedSplit texts, FineTuning.Start start, Trainer.Objective objective) {
        return new PlannedTraining(
                name,
                label,
                texts,
                encoding.form(train.form()),
                labels.classes().names(),
                start,
                PoisonLabels.learnt(task, settings.task()),
                objective);
    }

    Trainer.Objective objective(TrainSettings train, double[] penaltyWeights, TrainingMethod method) {
        return new Trainer.Objective(train, settings.seed(), new TreeSet<>(), penaltyWeights, method);
    }

    /** The model's weights with a new classifier. */
    FineTuning.Start freshStart() {
        return new FineTuning.Start(address(), FineTuning.Projection.NEW);
    }

    boolean isOfPairs() {
        return train.form() == TextParts.Form.PAIR;
    }
}
