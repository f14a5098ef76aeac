// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.config.DefenceChoice;
import org.purespark.config.Settings;
import org.purespark.defence.Defence;
import org.purespark.defence.Portfolio;
import org.purespark.defence.Repair;
import org.purespark.defence.RepairPlan;
import org.purespark.evaluate.ModelSource;
import org.purespark.probe.Probe;
import org.purespark.run.Fingerprints;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.artifact.JsonFiles;
import org.purespark.run.artifact.RepairFile;
import org.purespark.storage.Storage;

/**
 * {@code defence=auto}: tries several defences on one suspect, measures each model on the validation texts, and takes
 * one. A model that is made and measured is not made again after an interruption.
 */
record RepairTrials(
        List<Defence> defences, RunClues clues, RunRepair repair, Measures measures, Settings settings, RunLog log) {
    private static final String TRIALS = "trials";

    /**
     * What a trial's model is measured with.
     *
     * @param before by clue: how it moves the fine-tuned suspect
     */
    record Measures(ModelPasses passes, TriggerProbing probing, Map<String, Double> before) {
        /**
         * @param found triggers that an examination of the suspect has found
         * @param baseline the fine-tuned suspect, which is measured now
         */
        static Measures of(
                CheckedInputs inputs, List<Probe> found, ModelSource baseline, ModelPasses passes, Settings settings) {
            TriggerProbing probing = new TriggerProbing(
                    inputs.battery().with(found),
                    passes,
                    RunTexts.Split.VALIDATION,
                    settings.repair().trialTexts(),
                    settings.seed());
            return new Measures(passes, probing, probing.rises("baseline", baseline));
        }

        Portfolio.Tried of(DefenceChoice defence, ModelSource model) {
            String name = defence.spelling();
            double quality = passes.tally(
                            RunTexts.Split.VALIDATION, "normalize: " + name + " on validation texts", model)
                    .quality()
                    .orElseThrow(() -> new InputException("defence=auto compares repairs on the validation texts, and "
                            + name + " has no figure on them: they have too few labels, or all have the same score."
                            + " Give others with --validation, or name a defence"));
            Map<String, Portfolio.Rise> rises = new TreeMap<>();
            probing.rises(name, model)
                    .forEach((clue, after) -> rises.put(clue, new Portfolio.Rise(before.get(clue), after)));
            return new Portfolio.Tried(defence, quality, rises);
        }
    }

    /** The repair that is taken. Its model is the run's purified model. */
    record Taken(Defence defence, RepairPlan plan, RepairFile.Choice choice) {}

    /**
     * A trial that is done, in a file of its own.
     *
     * @param training what the run records if this trial is taken
     */
    record TrialFile(
            int schema,
            String defence,
            double quality,
            Map<String, Portfolio.Rise> rises,
            RunRepair.LastTraining training) {
        static final int SCHEMA = 3;

        Portfolio.Tried tried(DefenceChoice choice) {
            return new Portfolio.Tried(choice, quality, rises);
        }
    }

    private record Trial(Defence defence, RepairPlan plan, String directory) {}

    Taken run(Storage storage, RunDirectory directory) throws IOException {
        String work = Storage.child(directory.workDirectory(StageName.NORMALIZE), TRIALS);
        Map<DefenceChoice, Trial> trials = new EnumMap<>(DefenceChoice.class);
        Map<DefenceChoice, TrialFile> done = new EnumMap<>(DefenceChoice.class);
        List<Portfolio.Tried> tried = new ArrayList<>();
        for (Defence defence : defences) {
            Optional<RepairPlan> plan = plan(defence);
            if (plan.isPresent()) {
                String place = Storage.child(work, defence.choice().spelling());
                Trial trial = new Trial(defence, plan.get(), place);
                trials.put(defence.choice(), trial);
                TrialFile file = done(storage, trial);
                done.put(defence.choice(), file);
                tried.add(file.tried(defence.choice()));
            }
        }
        if (tried.isEmpty()) {
            throw new InputException("defence=auto: no defence can be tried on this suspect; the warnings say why");
        }
        Portfolio.Choice choice = Portfolio.choose(tried, Portfolio.maxDrop(settings));
        log.say("normalize: " + choice.reason());
        Trial taken = trials.get(choice.defence());
        storage.move(model(taken), directory.output(RunDirectory.PURIFIED));
        repair.log(done.get(choice.defence()).training());
        List<RepairFile.Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < tried.size(); i++) {
            Portfolio.Remainder left = choice.remainders().get(i);
            candidates.add(new RepairFile.Candidate(
                    left.defence().spelling(), tried.get(i).quality(), left.excess(), left.clue()));
        }
        return new Taken(taken.defence(), taken.plan(), new RepairFile.Choice(choice.reason(), candidates));
    }

    /** Empty if the suspect does not allow the defence, which is said; a failure in its training ends the run. */
    private Optional<RepairPlan> plan(Defence defence) throws IOException {
        try {
            return Optional.of(defence.plan(clues));
        } catch (InputException refused) {
            log.warn(StageName.NORMALIZE, defence.choice().spelling() + " is not tried: " + refused.getMessage());
            return Optional.empty();
        }
    }

    private TrialFile done(Storage storage, Trial trial) throws IOException {
        DefenceChoice choice = trial.defence().choice();
        String file = Storage.child(trial.directory(), "trial.json");
        JsonFiles files = new JsonFiles(storage);
        if (storage.exists(file) && storage.exists(Storage.child(model(trial), "config.json"))) {
            return files.read(file, TrialFile.class, TrialFile.SCHEMA);
        }
        log.say("normalize: trying " + choice.spelling());
        RunRepair.LastTraining training = repair.run(
                trial.defence(),
                trial.plan(),
                new Repair.Places(model(trial), Storage.child(trial.directory(), "work")));
        Portfolio.Tried tried = measures.of(choice, source(storage, trial));
        TrialFile done = new TrialFile(TrialFile.SCHEMA, choice.spelling(), tried.quality(), tried.rises(), training);
        files.write(file, done);
        return done;
    }

    private static ModelSource source(Storage storage, Trial trial) throws IOException {
        String version =
                new Fingerprints(storage).input(Inputs.MODEL, model(trial)).digest();
        return new ModelSource(model(trial), null, version);
    }

    private static String model(Trial trial) {
        return Storage.child(trial.directory(), "model");
    }
}
