package org.purespark.purify;

import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.purespark.batch.EncodedSplit;
import org.purespark.checkpoint.ModelCard;
import org.purespark.family.ExportForm;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;
import org.purespark.train.FineTuning;
import org.purespark.train.Trainer;

/** PURE, step 1: fine-tunes the suspect on clean train texts, with its own classifier where it has one. */
record BaselineStage(Workshop shop) implements Stage {
    @Override
    public StageNeeds needs() {
        return Needs.ofTraining(StageNeeds.of(StageName.BASELINE), shop);
    }

    @Override
    public void run() {
        EncodedSplit train = shop.encoded(Workshop.Split.TRAIN);
        FineTuning.Projection projection =
                shop.suspectClassifies() ? FineTuning.Projection.OWN : FineTuning.Projection.NEW;
        FineTuning fineTuning = new FineTuning(
                shop.inputs().model(),
                shop.inputs().classifier(),
                projection,
                shop.labelNames(),
                new Trainer.Objective(shop.settings().train(), shop.settings().seed(), new TreeSet<>(), new double[0]),
                shop.run().file(RunDirectory.BASELINE),
                shop.checkpoints(StageName.BASELINE),
                ExportForm.DENSE,
                new ModelCard(
                        "Baseline",
                        "The suspect, fine-tuned on clean texts without any defence: if it carries a backdoor, so does"
                                + " this model. Do not deploy it.",
                        shop.settings().text().maxLength(),
                        new TreeMap<>()));
        List<Trainer.StepReport> steps =
                shop.surroundings().fineTuner().fineTune("baseline: fine-tuning", fineTuning, train);
        shop.log(StageName.BASELINE, steps, 0);
    }
}
