// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.ModelCard;
import org.purespark.config.DefenceChoice;
import org.purespark.config.Settings;
import org.purespark.defence.Defence;
import org.purespark.defence.Repair;
import org.purespark.defence.RepairPlan;
import org.purespark.defence.Tuning;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.storage.Storage;
import org.purespark.train.FineTuner;
import org.purespark.train.FineTuning;
import org.purespark.train.Trainer;

/** Repairs of a run's suspect, on the run's texts. */
record RunRepair(
        CheckedInputs inputs,
        Settings settings,
        Storage storage,
        FineTuner fineTuner,
        RunDirectory directory,
        RunLog log) {
    /** Makes the run's purified model. */
    void run(Defence defence, RepairPlan plan) throws IOException {
        log(run(
                defence,
                plan,
                new Repair.Places(
                        directory.output(RunDirectory.PURIFIED), directory.trainingCheckpoints(StageName.NORMALIZE))));
    }

    /**
     * The last training of a repair, which makes its model.
     *
     * @param lambda weight of the penalty in the loss; 0 without one
     */
    record LastTraining(double lambda, List<Trainer.StepReport> steps) {}

    /**
     * Makes a model somewhere.
     *
     * @return what its last training has reported
     */
    LastTraining run(Defence defence, RepairPlan plan, Repair.Places places) throws IOException {
        Repair repair = new Repair(
                storage,
                fineTuner,
                new Repair.Subject(
                        inputs.given().modelAddress(),
                        ModelAddress.of(directory.file(RunDirectory.BASELINE)),
                        inputs.labels().names(),
                        FineTuning.Learnt.of(inputs.task()),
                        inputs.texts().encoded(RunTexts.Split.TRAIN),
                        settings.seed()));
        List<LastTraining> trainings = new ArrayList<>();
        repair.run(
                "normalize",
                plan,
                places,
                new Repair.Export(settings.export().form(), card(defence)),
                (tuning, steps) -> trainings.add(new LastTraining(lambda(tuning), steps)));
        return trainings.get(trainings.size() - 1);
    }

    /** Records the steps of the training that makes the run's purified model. */
    void log(LastTraining training) {
        log.steps(StageName.NORMALIZE, training.steps(), training.lambda());
    }

    private double lambda(Tuning tuning) {
        return tuning.penaltyWeights().length == 0 ? 0 : settings.penalty().lambda();
    }

    private ModelCard card(Defence defence) {
        TreeMap<String, String> facts = new TreeMap<>();
        facts.put("seed", Long.toString(settings.seed()));
        facts.put("train.epochs", Integer.toString(settings.train().epochs()));
        String how = defence.choice() == DefenceChoice.PURE
                ? "Purified by head pruning and attention normalization (PURE: Zhao, Xu, Yuan, ICML 2024). "
                : "Repaired by the defence " + defence.choice().spelling() + ". ";
        return new ModelCard(
                "Purified text classifier",
                how + "Look at report.html of the run for what was measured.",
                settings.text().maxLength(),
                inputs.texts().kind(),
                facts);
    }
}
