package org.purespark.purify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.config.PruneSettings;
import org.purespark.evaluate.Evaluator;
import org.purespark.heads.Head;
import org.purespark.heads.HeadScores;
import org.purespark.metrics.Confusion;
import org.purespark.prune.AccuracyOracle;
import org.purespark.prune.PrunePlan;
import org.purespark.prune.PrunePlanner;
import org.purespark.prune.Threshold;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;
import org.purespark.run.artifact.HeadScoresFile;
import org.purespark.run.artifact.PrunedHeadsFile;

/** PURE, step 3: prunes groups of heads, lowest scores first, while validation accuracy stays at the threshold. */
record PruneStage(Workshop shop, Subject subject) implements Stage {
    @Override
    public StageNeeds needs() {
        return Needs.ofValidation(subject.add(StageNeeds.of(StageName.PRUNE), shop), shop);
    }

    @Override
    public void run() throws IOException {
        HeadScoresFile scored = shop.files()
                .read(shop.run().file(RunDirectory.HEAD_SCORES), HeadScoresFile.class, HeadScoresFile.SCHEMA);
        if (scored.validationAccuracy() == null) {
            throw new InputException("the scored model has no classifier, so there is no accuracy to prune by: give one"
                    + " with --classifier, or run the stage baseline first");
        }
        HeadScores scores = new HeadScores(scored.layers(), scored.heads(), scored.texts(), scored.scores());
        Evaluator evaluator = shop.surroundings().evaluator();
        Evaluator.Pass pass = shop.pass("prune: validation accuracy", subject.source(shop), Workshop.Split.VALIDATION);
        PrunePlan plan = new PrunePlanner(shop.settings().prune().groupSize(), evaluator.setsAtOnce(pass))
                .plan(scores, threshold(shop.settings().prune()), oracle(evaluator, pass));
        if (plan.outcome() == PrunePlan.Outcome.BELOW_FROM_START) {
            shop.warn(StageName.PRUNE, plan.explanation());
        } else {
            shop.surroundings().said().accept(plan.explanation());
        }
        List<PrunedHeadsFile.Step> steps = new ArrayList<>();
        plan.steps()
                .forEach(step -> steps.add(new PrunedHeadsFile.Step(step.pruned(), step.accuracy(), step.gaveBack())));
        shop.files()
                .write(
                        shop.run().file(RunDirectory.PRUNED_HEADS),
                        PrunedHeadsFile.of(plan.threshold(), plan.pruned(), steps));
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
            for (Confusion confusion : evaluator.confusions(pass, sets)) {
                accuracies.add(confusion.accuracy().orElseThrow());
            }
            return accuracies;
        };
    }
}
