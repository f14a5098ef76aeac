// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.config.PruneSettings;
import org.purespark.config.Settings;
import org.purespark.evaluate.Evaluator;
import org.purespark.heads.Head;
import org.purespark.metrics.Tally;
import org.purespark.prune.AccuracyOracle;
import org.purespark.prune.PolicyGradient;
import org.purespark.prune.PrunePlan;
import org.purespark.prune.PrunePlanner;
import org.purespark.prune.PrunePolicy;
import org.purespark.prune.ShareOfHeads;
import org.purespark.prune.Threshold;
import org.purespark.run.RunDirectory;
import org.purespark.run.Stage;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;
import org.purespark.run.artifact.HeadScoresFile;
import org.purespark.run.artifact.PrunedHeadsFile;

/**
 * PURE, step 3: prunes groups of heads, lowest scores first, while validation accuracy stays at the threshold; or a
 * share of them, or those of a search by rewards, as the policy says.
 */
record PruneStage(
        Inputs given, Subject subject, Settings settings, ModelPasses passes, RunDirectory directory, RunLog log)
        implements Stage {
    @Override
    public StageNeeds needs() {
        return Needs.ofValidation(subject.add(StageNeeds.of(StageName.PRUNE)), given);
    }

    @Override
    public void run() throws IOException {
        HeadScoresFile scored = directory.read(RunDirectory.HEAD_SCORES, HeadScoresFile.class, HeadScoresFile.SCHEMA);
        String measure = passes.texts().task().measure().words();
        if (scored.validationAccuracy() == null) {
            throw new InputException("the scored model has no classifier, so there is no " + measure
                    + " to prune by: give one with --classifier, or run the stage baseline first");
        }
        Evaluator evaluator = passes.evaluator();
        Evaluator.Pass pass = passes.over(RunTexts.Split.VALIDATION, "prune: validation " + measure, subject.source());
        PrunePlan plan = policy(settings, evaluator.setsAtOnce(pass))
                .plan(scored.order(), threshold(settings.prune()), oracle(evaluator, pass));
        if (plan.ownAccuracy() == 0) {
            log.warn(
                    StageName.PRUNE,
                    "the model's " + measure + " on the validation texts is 0 before any"
                            + " head is pruned: no measurement can stop the search, so the pruned heads mean nothing;"
                            + " train longer or on more texts");
        }
        if (plan.accuracy() < plan.threshold()) {
            log.warn(StageName.PRUNE, plan.explanation(measure));
        } else {
            log.say(plan.explanation(measure));
        }
        directory.write(RunDirectory.PRUNED_HEADS, PrunedHeadsFile.of(plan));
    }

    private static PrunePolicy policy(Settings settings, int setsAtOnce) {
        PruneSettings prune = settings.prune();
        return switch (prune.policy()) {
            case GROUPS -> new PrunePlanner(prune.groupSize(), setsAtOnce);
            case SHARE -> new ShareOfHeads(prune.share(), ShareOfHeads.Extent.ALL_HEADS);
            case LAYERS -> new ShareOfHeads(prune.share(), ShareOfHeads.Extent.EACH_LAYER);
            case REINFORCE -> new PolicyGradient(prune.price(), prune.measurements(), settings.seed());
        };
    }

    private static Threshold threshold(PruneSettings settings) {
        return settings.threshold() != null
                ? new Threshold.Absolute(settings.threshold())
                : new Threshold.MaxDrop(settings.maxAccuracyDrop());
    }

    private static AccuracyOracle oracle(Evaluator evaluator, Evaluator.Pass pass) {
        return prunedSets -> {
            List<SortedSet<Head>> sets = new ArrayList<>();
            prunedSets.forEach(set -> sets.add(new TreeSet<>(set)));
            List<Double> accuracies = new ArrayList<>();
            for (Tally tally : evaluator.tallies(pass, sets)) {
                accuracies.add(tally.quality().orElseThrow());
            }
            return accuracies;
        };
    }
}
