// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.purespark.batch.EncodedSplit;
import org.purespark.checkpoint.ModelCard;
import org.purespark.config.Settings;
import org.purespark.family.ExportForm;
import org.purespark.run.RunDirectory;
import org.purespark.run.Stage;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;
import org.purespark.train.FineTuner;
import org.purespark.train.FineTuning;
import org.purespark.train.Trainer;

/** PURE, step 1: fine-tunes the suspect on clean train texts, with its own classifier if it has one. */
record BaselineStage(CheckedInputs inputs, Settings settings, FineTuner fineTuner, RunDirectory directory, RunLog log)
        implements Stage {
    @Override
    public StageNeeds needs() {
        return Needs.ofTraining(StageNeeds.of(StageName.BASELINE), inputs.given());
    }

    @Override
    public void run() {
        inputs.modelNotes().forEach(note -> log.note(StageName.BASELINE, note));
        inputs.texts().tokenizerNotes().forEach(note -> log.note(StageName.BASELINE, note));
        EncodedSplit train = inputs.texts().encoded(RunTexts.Split.TRAIN);
        FineTuning.Projection projection =
                inputs.suspectClassifies() ? FineTuning.Projection.OWN : FineTuning.Projection.NEW;
        FineTuning fineTuning = new FineTuning(
                new FineTuning.Start(inputs.given().modelAddress(), projection),
                inputs.labels().names(),
                FineTuning.Learnt.of(inputs.task()),
                new Trainer.Objective(settings.train(), settings.seed(), new TreeSet<>(), new double[0]),
                directory.output(RunDirectory.BASELINE),
                directory.trainingCheckpoints(StageName.BASELINE),
                ExportForm.DENSE,
                new ModelCard(
                        "Baseline",
                        "The suspect, fine-tuned on clean texts without any defence: if it carries a backdoor, so does"
                                + " this model. Do not deploy it.",
                        settings.text().maxLength(),
                        inputs.texts().kind(),
                        new TreeMap<>()));
        List<Trainer.StepReport> steps = fineTuner.fineTune("baseline: fine-tuning", fineTuning, train);
        log.steps(StageName.BASELINE, steps, 0);
    }
}
