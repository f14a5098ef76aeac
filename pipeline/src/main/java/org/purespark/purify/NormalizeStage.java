package org.purespark.purify;

import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.purespark.checkpoint.ModelCard;
import org.purespark.evaluate.Statistics;
import org.purespark.heads.Head;
import org.purespark.heads.LayerCoefficients;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;
import org.purespark.run.artifact.NormalizationFile;
import org.purespark.run.artifact.PrunedHeadsFile;
import org.purespark.train.FineTuning;
import org.purespark.train.Trainer;

/**
 * PURE, steps 4 and 5: coefficients from the pruned baseline, then the original suspect, pruned and with a new
 * classifier, is fine-tuned under the attention penalty.
 */
record NormalizeStage(Workshop shop) implements Stage {
    @Override
    public StageNeeds needs() {
        return Needs.ofValidation(Needs.ofTraining(StageNeeds.of(StageName.NORMALIZE), shop), shop);
    }

    @Override
    public void run() throws IOException {
        PrunedHeadsFile prunedHeads = shop.files()
                .read(shop.run().file(RunDirectory.PRUNED_HEADS), PrunedHeadsFile.class, PrunedHeadsFile.SCHEMA);
        TreeSet<Head> pruned = new TreeSet<>(prunedHeads.heads());
        Statistics statistics = shop.surroundings()
                .evaluator()
                .statistics(
                        shop.pass(
                                "normalize: layer variances of the pruned baseline",
                                shop.ofStage(StageName.BASELINE, RunDirectory.BASELINE),
                                Workshop.Split.VALIDATION),
                        pruned,
                        shop.settings().text().maxLength());
        LayerCoefficients coefficients =
                LayerCoefficients.of(statistics.variances().scores(), pruned);
        double lambda = shop.settings().penalty().lambda();
        List<Trainer.StepReport> steps = shop.surroundings()
                .fineTuner()
                .fineTune(
                        "normalize: fine-tuning with attention penalty",
                        fineTuning(pruned, coefficients.coefficients(), lambda),
                        shop.encoded(Workshop.Split.TRAIN));
        shop.log(StageName.NORMALIZE, steps, lambda);
        shop.files()
                .write(
                        shop.run().file(RunDirectory.NORMALIZATION),
                        NormalizationFile.of(coefficients.layerVariance(), coefficients.coefficients(), lambda));
    }

    private FineTuning fineTuning(TreeSet<Head> pruned, double[] coefficients, double lambda) {
        double[] weights = coefficients.clone();
        for (int l = 0; l < weights.length; l++) {
            weights[l] *= lambda;
        }
        TreeMap<String, String> facts = new TreeMap<>();
        facts.put("heads pruned", Integer.toString(pruned.size()));
        facts.put("penalty.lambda", Double.toString(lambda));
        facts.put("seed", Long.toString(shop.settings().seed()));
        facts.put("train.epochs", Integer.toString(shop.settings().train().epochs()));
        return new FineTuning(
                shop.inputs().model(),
                shop.inputs().classifier(),
                FineTuning.Projection.NEW,
                shop.labelNames(),
                new Trainer.Objective(shop.settings().train(), shop.settings().seed(), pruned, weights),
                shop.run().file(RunDirectory.PURIFIED),
                shop.checkpoints(StageName.NORMALIZE),
                shop.settings().export().form(),
                new ModelCard(
                        "Purified text classifier",
                        "Purified by head pruning and attention normalization (PURE: Zhao, Xu, Yuan, ICML 2024). Look at"
                                + " report.html of the run for what was measured.",
                        shop.settings().text().maxLength(),
                        facts));
    }
}
