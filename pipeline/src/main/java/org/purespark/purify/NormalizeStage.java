// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.purespark.checkpoint.ModelCard;
import org.purespark.config.DefenceChoice;
import org.purespark.config.Settings;
import org.purespark.defence.Defence;
import org.purespark.defence.DefenceNeed;
import org.purespark.defence.Repair;
import org.purespark.defence.RepairPlan;
import org.purespark.defence.Tuning;
import org.purespark.heads.LayerCoefficients;
import org.purespark.run.RunDirectory;
import org.purespark.run.Stage;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;
import org.purespark.run.artifact.NormalizationFile;
import org.purespark.run.artifact.RepairFile;
import org.purespark.storage.Storage;
import org.purespark.train.FineTuner;
import org.purespark.train.FineTuning;

/**
 * Repairs the suspect by the chosen defence. With PURE these are its steps 4 and 5: coefficients from the pruned
 * baseline, then the original suspect, pruned and with a new classifier, is fine-tuned under the attention penalty.
 */
record NormalizeStage(
        CheckedInputs inputs,
        Settings settings,
        Defence defence,
        ModelPasses passes,
        Storage storage,
        FineTuner fineTuner,
        RunDirectory directory,
        RunLog log)
        implements Stage {
    @Override
    public StageNeeds needs() {
        StageNeeds needs = StageNeeds.of(StageName.NORMALIZE);
        if (!defence.usesHeadSearch()) {
            needs = needs.withUpstream(StageName.BASELINE);
        }
        for (DefenceNeed need : DefenceNeed.values()) {
            String name = need.option().substring(2);
            if (inputs.given().address(name).isPresent()) {
                needs = needs.withInputs(name);
            }
        }
        return Needs.ofValidation(Needs.ofTraining(needs, inputs.given()), inputs.given());
    }

    @Override
    public void run() throws IOException {
        RunClues clues = new RunClues(inputs, settings, passes, directory);
        RepairPlan plan = defence.plan(clues);
        LayerCoefficients layers = clues.layers(plan.pruned());
        Repair repair = new Repair(
                storage,
                fineTuner,
                new Repair.Subject(
                        inputs.given().modelAddress(),
                        clues.baseline(),
                        inputs.labels().names(),
                        FineTuning.Learnt.of(inputs.task()),
                        inputs.texts().encoded(RunTexts.Split.TRAIN),
                        settings.seed()));
        repair.run(
                "normalize",
                plan,
                new Repair.Places(
                        directory.output(RunDirectory.PURIFIED), directory.trainingCheckpoints(StageName.NORMALIZE)),
                new Repair.Export(settings.export().form(), card()),
                (tuning, steps) -> log.steps(StageName.NORMALIZE, steps, lambda(tuning)));
        directory.write(
                RunDirectory.NORMALIZATION,
                NormalizationFile.of(layers.layerVariance(), layers.coefficients(), lambda(last(plan))));
        directory.write(RunDirectory.REPAIR, file(plan));
    }

    private static Tuning last(RepairPlan plan) {
        return plan.tunings().get(plan.tunings().size() - 1);
    }

    private double lambda(Tuning tuning) {
        return tuning.penaltyWeights().length == 0 ? 0 : settings.penalty().lambda();
    }

    private RepairFile file(RepairPlan plan) {
        List<RepairFile.Training> trainings = plan.tunings().stream()
                .map(tuning -> new RepairFile.Training(
                        tuning.name(),
                        tuning.origin().name().toLowerCase(Locale.ROOT),
                        tuning.settings().epochs(),
                        tuning.settings().learningRate()))
                .toList();
        return new RepairFile(
                RepairFile.SCHEMA,
                defence.choice().spelling(),
                defence.usesHeadSearch(),
                plan.pruned().size(),
                trainings,
                plan.facts(),
                null);
    }

    private ModelCard card() {
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
