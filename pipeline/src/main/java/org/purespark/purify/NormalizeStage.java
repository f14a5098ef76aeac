// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import org.purespark.checkpoint.ModelCard;
import org.purespark.config.Settings;
import org.purespark.evaluate.Statistics;
import org.purespark.heads.Head;
import org.purespark.heads.LayerCoefficients;
import org.purespark.run.RunDirectory;
import org.purespark.run.Stage;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;
import org.purespark.run.artifact.NormalizationFile;
import org.purespark.run.artifact.PrunedHeadsFile;
import org.purespark.train.FineTuner;
import org.purespark.train.FineTuning;
import org.purespark.train.Trainer;

/**
 * PURE, steps 4 and 5: coefficients from the pruned baseline, then the original suspect, pruned and with a new
 * classifier, is fine-tuned under the attention penalty.
 */
record NormalizeStage(
        CheckedInputs inputs,
        Settings settings,
        ModelPasses passes,
        FineTuner fineTuner,
        RunDirectory directory,
        RunLog log)
        implements Stage {
    @Override
    public StageNeeds needs() {
        return Needs.ofValidation(Needs.ofTraining(StageNeeds.of(StageName.NORMALIZE), inputs.given()), inputs.given());
    }

    @Override
    public void run() throws IOException {
        SortedSet<Head> pruned = directory
                .read(RunDirectory.PRUNED_HEADS, PrunedHeadsFile.class, PrunedHeadsFile.SCHEMA)
                .heads();
        Statistics statistics = passes.statistics(
                "normalize: layer variances of the pruned baseline",
                Subject.baseline(directory).source(),
                pruned);
        LayerCoefficients coefficients =
                LayerCoefficients.of(statistics.variances().scores(), pruned);
        double lambda = settings.penalty().lambda();
        List<Trainer.StepReport> steps = fineTuner.fineTune(
                "normalize: fine-tuning with attention penalty",
                fineTuning(pruned, coefficients.coefficients(), lambda),
                inputs.texts().encoded(RunTexts.Split.TRAIN));
        log.steps(StageName.NORMALIZE, steps, lambda);
        directory.write(
                RunDirectory.NORMALIZATION,
                NormalizationFile.of(coefficients.layerVariance(), coefficients.coefficients(), lambda));
    }

    private FineTuning fineTuning(SortedSet<Head> pruned, double[] coefficients, double lambda) {
        double[] weights = coefficients.clone();
        for (int l = 0; l < weights.length; l++) {
            weights[l] *= lambda;
        }
        TreeMap<String, String> facts = new TreeMap<>();
        facts.put("heads pruned", Integer.toString(pruned.size()));
        facts.put("penalty.lambda", Double.toString(lambda));
        facts.put("seed", Long.toString(settings.seed()));
        facts.put("train.epochs", Integer.toString(settings.train().epochs()));
        return new FineTuning(
                new FineTuning.Start(inputs.given().modelAddress(), FineTuning.Projection.NEW),
                inputs.labels().names(),
                FineTuning.Learnt.of(inputs.task()),
                new Trainer.Objective(settings.train(), settings.seed(), pruned, weights),
                directory.output(RunDirectory.PURIFIED),
                directory.trainingCheckpoints(StageName.NORMALIZE),
                settings.export().form(),
                new ModelCard(
                        "Purified text classifier",
                        "Purified by head pruning and attention normalization (PURE: Zhao, Xu, Yuan, ICML 2024). "
                                + "Look at"
                                + " report.html of the run for what was measured.",
                        settings.text().maxLength(),
                        inputs.texts().kind(),
                        facts));
    }
}
