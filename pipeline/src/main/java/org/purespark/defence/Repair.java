// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.purespark.batch.EncodedSplit;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.ModelCard;
import org.purespark.family.ExportForm;
import org.purespark.storage.Storage;
import org.purespark.task.TaskKind;
import org.purespark.train.FineTuner;
import org.purespark.train.FineTuning;
import org.purespark.train.Trainer;

/**
 * Does what a {@link RepairPlan} says: its trainings, one after the other, on one machine or a cluster. A repair that
 * is interrupted goes on from its last training checkpoint, if it is started again with the same places.
 */
public final class Repair {
    private final Storage storage;
    private final FineTuner fineTuner;
    private final Subject subject;

    /**
     * What is repaired.
     *
     * @param suspect the model as the user gives it
     * @param baseline the fine-tuned suspect
     * @param labels names of the C classes in id order
     * @param task what is learnt
     * @param train the clean train texts
     * @param seed of the order of texts, of dropout and of new weights
     */
    public record Subject(
            ModelAddress suspect,
            ModelAddress baseline,
            List<String> labels,
            FineTuning.Learnt task,
            EncodedSplit train,
            long seed) {}

    /**
     * Where a repair writes.
     *
     * @param output directory of the repaired model
     * @param work directory for the training checkpoints of the last training; those before it have directories of
     *     their own in it, with the models between two trainings; the caller removes it
     */
    public record Places(String output, String work) {}

    /**
     * How the repaired model is written.
     *
     * @param card its description, to which the plan's facts are added
     */
    public record Export(ExportForm form, ModelCard card) {}

    public Repair(Storage storage, FineTuner fineTuner, Subject subject) {
        this.storage = storage;
        this.fineTuner = fineTuner;
        this.subject = subject;
    }

    /**
     * Makes the repaired model.
     *
     * @param label for the display of progress, such as {@code normalize}
     * @param steps gets the steps of each training when it is done
     */
    public void run(
            String label,
            RepairPlan plan,
            Places places,
            Export export,
            BiConsumer<Tuning, List<Trainer.StepReport>> steps)
            throws IOException {
        ModelAddress previous = null;
        for (int n = 0; n < plan.tunings().size(); n++) {
            Tuning tuning = plan.tunings().get(n);
            boolean last = n + 1 == plan.tunings().size();
            String work = last ? places.work() : Storage.child(places.work(), "training-" + (n + 1));
            String output = last ? places.output() : Storage.child(work, "model");
            if (last || !new CheckpointReader(storage).isComplete(output)) {
                FineTuning fineTuning = fineTuning(plan, tuning, previous, output, work, export);
                steps.accept(tuning, fineTuner.fineTune(label + ": " + tuning.name(), fineTuning, texts(tuning)));
            }
            previous = ModelAddress.of(output);
        }
    }

    private FineTuning fineTuning(
            RepairPlan plan, Tuning tuning, ModelAddress previous, String output, String work, Export export) {
        ModelAddress start =
                switch (tuning.origin()) {
                    case SUSPECT -> subject.suspect();
                    case BASELINE -> subject.baseline();
                    case PREVIOUS -> previous;
                };
        TreeMap<String, String> facts = new TreeMap<>(export.card().facts());
        facts.putAll(plan.facts());
        ModelCard card = export.card();
        return new FineTuning(
                new FineTuning.Start(start, tuning.projection(), tuning.changes()),
                subject.labels(),
                subject.task(),
                new Trainer.Objective(
                        tuning.settings(), subject.seed(), plan.pruned(), tuning.penaltyWeights(), tuning.method()),
                output,
                work,
                export.form(),
                new ModelCard(card.title(), card.summary(), card.maxTokens(), card.texts(), facts));
    }

    private EncodedSplit texts(Tuning tuning) {
        if (tuning.aim() == Tuning.Aim.LABELS) {
            return subject.train();
        }
        if (subject.task().task() == TaskKind.SCORE) {
            throw new IllegalStateException("a score has no entropy");
        }
        int classes = subject.labels().size();
        boolean one = subject.task().task() == TaskKind.ONE_LABEL;
        return subject.train().withSameAnswer(classes, one ? 1f / classes : 0.5f);
    }
}
