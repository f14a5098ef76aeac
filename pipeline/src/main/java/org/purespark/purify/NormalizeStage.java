// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.purespark.config.Settings;
import org.purespark.defence.Defence;
import org.purespark.defence.DefenceNeed;
import org.purespark.defence.Portfolio;
import org.purespark.defence.RepairPlan;
import org.purespark.defence.Tuning;
import org.purespark.heads.LayerCoefficients;
import org.purespark.probe.Probe;
import org.purespark.run.Fingerprints;
import org.purespark.run.RunDirectory;
import org.purespark.run.Stage;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;
import org.purespark.run.artifact.NormalizationFile;
import org.purespark.run.artifact.RepairFile;
import org.purespark.storage.Storage;
import org.purespark.train.FineTuner;

/**
 * Repairs the suspect by the chosen defence, or by several of which it takes the best. With PURE these are its steps 4
 * and 5: coefficients from the pruned baseline, then the original suspect, pruned and with a new classifier, is
 * fine-tuned under the attention penalty.
 *
 * @param defences the chosen one, or all that are tried
 */
record NormalizeStage(
        CheckedInputs inputs,
        Settings settings,
        List<Defence> defences,
        ModelPasses passes,
        Storage storage,
        FineTuner fineTuner,
        RunDirectory directory,
        RunLog log)
        implements Stage {
    @Override
    public StageNeeds needs() {
        StageNeeds needs = StageNeeds.of(StageName.NORMALIZE);
        if (defences.stream().noneMatch(Defence::usesHeadSearch)) {
            needs = needs.withUpstream(StageName.BASELINE);
        }
        for (DefenceNeed need : DefenceNeed.values()) {
            if (inputs.given().address(need.input()).isPresent()) {
                needs = needs.withInputs(need.input());
            }
        }
        needs = defences.size() > 1 ? ofTheChoice(needs) : needs;
        return Needs.ofValidation(Needs.ofTraining(needs, inputs.given()), inputs.given());
    }

    /** What the choice among several repairs depends on. */
    private StageNeeds ofTheChoice(StageNeeds needs) {
        List<String> probes =
                inputs.battery().probes().stream().map(Probe::name).toList();
        StageNeeds all = needs.withOption("known triggers", Fingerprints.digest(String.join("\n", probes)))
                .withOption("largest drop of quality", Double.toString(Portfolio.maxDrop(settings)));
        if (settings.probe().batteryFile() != null) {
            all = all.withInputs(Inputs.PROBE_BATTERY);
        }
        List<Probe> found = SuspectVet.found(storage, directory, inputs);
        return found.isEmpty() ? all : all.withOption("triggers of " + RunDirectory.VET, SuspectVet.names(found));
    }

    @Override
    public void run() throws IOException {
        RunClues clues = new RunClues(inputs, settings, passes, directory);
        RunRepair repair = new RunRepair(inputs, settings, storage, fineTuner, directory, log);
        if (defences.size() == 1) {
            Defence defence = defences.get(0);
            RepairPlan plan = defence.plan(clues);
            repair.run(defence, plan);
            write(defence, plan, clues, Optional.empty());
            return;
        }
        RepairTrials.Taken taken = new RepairTrials(
                        defences,
                        clues,
                        repair,
                        RepairTrials.Measures.of(
                                inputs,
                                SuspectVet.found(storage, directory, inputs),
                                Subject.baseline(directory).source(),
                                passes,
                                settings),
                        settings,
                        log)
                .run(storage, directory);
        write(taken.defence(), taken.plan(), clues, Optional.of(taken.choice()));
    }

    private void write(Defence defence, RepairPlan plan, RunClues clues, Optional<RepairFile.Choice> choice)
            throws IOException {
        LayerCoefficients layers = clues.layers(plan.pruned());
        Tuning last = plan.tunings().get(plan.tunings().size() - 1);
        double lambda =
                last.penaltyWeights().length == 0 ? 0 : settings.penalty().lambda();
        directory.write(
                RunDirectory.NORMALIZATION,
                NormalizationFile.of(layers.layerVariance(), layers.coefficients(), lambda));
        List<RepairFile.Training> trainings = plan.tunings().stream()
                .map(tuning -> new RepairFile.Training(
                        tuning.name(),
                        tuning.origin().name().toLowerCase(Locale.ROOT),
                        tuning.settings().epochs(),
                        tuning.settings().learningRate()))
                .toList();
        directory.write(
                RunDirectory.REPAIR,
                new RepairFile(
                        RepairFile.SCHEMA,
                        defence.choice().spelling(),
                        defence.usesHeadSearch(),
                        plan.pruned().size(),
                        trainings,
                        plan.facts(),
                        choice.orElse(null)));
    }
}
