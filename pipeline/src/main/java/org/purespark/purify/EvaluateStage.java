package org.purespark.purify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeSet;
import org.purespark.evaluate.ModelSource;
import org.purespark.metrics.AttackTarget;
import org.purespark.metrics.Confusion;
import org.purespark.run.RunDirectory;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.run.artifact.ProbesFile;

/**
 * PURE, step 6: accuracy on the clean test texts and label-flip rate on the triggered ones, of all three models. Known
 * triggers are tried on clean texts before and after, for those who have no triggered ones.
 */
record EvaluateStage(Workshop shop) implements Stage {
    @Override
    public StageNeeds needs() {
        StageNeeds needs = Needs.ofSuspect(StageNeeds.of(StageName.EVALUATE), shop)
                .withOption("--target", String.valueOf(shop.inputs().target()));
        needs = shop.inputs().test() != null ? needs.withInputs(Inputs.TEST) : Needs.ofValidation(needs, shop);
        if (shop.settings().probe().batteryFile() != null) {
            needs = needs.withInputs(Inputs.PROBE_BATTERY);
        }
        return shop.inputs().poisonedTest() == null ? needs : needs.withInputs(Inputs.POISONED_TEST);
    }

    /** What one model did; {@code poisoned} is null without triggered texts. */
    private record Outcome(Confusion clean, Confusion poisoned) {}

    @Override
    public void run() throws IOException {
        if (shop.inputs().test() == null) {
            shop.warn(
                    StageName.EVALUATE,
                    "no --test given: accuracy is measured on the validation texts, which the prune search has seen");
        }
        ModelSource baselineModel = shop.ofStage(StageName.BASELINE, RunDirectory.BASELINE);
        ModelSource purifiedModel = shop.ofStage(StageName.NORMALIZE, RunDirectory.PURIFIED);
        Outcome suspect = shop.suspectClassifies() ? outcome("suspect", shop.suspect()) : null;
        Outcome baseline = outcome("baseline", baselineModel);
        Outcome purified = outcome("purified", purifiedModel);
        TriggerProbing probing = new TriggerProbing(shop);
        ProbesFile probes = shop.suspectClassifies()
                ? probing.run(ProbesFile.Before.SUSPECT, shop.suspect(), purifiedModel)
                : probing.run(ProbesFile.Before.BASELINE, baselineModel, purifiedModel);
        shop.files().write(shop.run().file(RunDirectory.PROBES), probes);
        Integer target = target(suspect == null ? baseline : suspect);
        Map<String, Double> seconds = new LinkedHashMap<>();
        for (StageName stage : StageName.values()) {
            shop.run().table().entry(stage).ifPresent(entry -> seconds.put(stage.text(), entry.seconds()));
        }
        shop.files()
                .write(
                        shop.run().file(RunDirectory.METRICS),
                        new MetricsFile(
                                MetricsFile.SCHEMA,
                                shop.settings().seed(),
                                target,
                                suspect == null ? MetricsFile.Figures.ABSENT : figures(suspect, target),
                                figures(baseline, target),
                                new MetricsFile.PurifiedFigures(
                                        accuracy(purified.clean()),
                                        flipRate(purified, target),
                                        new MetricsFile.Confusion(
                                                counts(purified.clean()),
                                                purified.poisoned() == null ? null : counts(purified.poisoned()))),
                                seconds));
    }

    private Outcome outcome(String name, ModelSource model) {
        Confusion clean = confusion("evaluate: " + name + " on clean texts", model, Workshop.Split.TEST);
        Confusion poisoned = shop.data().poisonedTest() == null
                ? null
                : confusion("evaluate: " + name + " on triggered texts", model, Workshop.Split.POISONED_TEST);
        return new Outcome(clean, poisoned);
    }

    private Confusion confusion(String label, ModelSource model, Workshop.Split split) {
        return shop.surroundings()
                .evaluator()
                .confusions(shop.pass(label, model, split), List.of(new TreeSet<>()))
                .get(0);
    }

    private Integer target(Outcome first) {
        if (shop.inputs().target() != null) {
            return shop.data().labels().indexOf(shop.inputs().target());
        }
        if (first.poisoned() == null) {
            return null;
        }
        int target = AttackTarget.mostFlipped(first.poisoned()).orElse(-1);
        return target < 0 ? null : Integer.valueOf(target);
    }

    private static MetricsFile.Figures figures(Outcome outcome, Integer target) {
        return new MetricsFile.Figures(accuracy(outcome.clean()), flipRate(outcome, target));
    }

    private static Double accuracy(Confusion confusion) {
        OptionalDouble accuracy = confusion.accuracy();
        return accuracy.isPresent() ? accuracy.getAsDouble() : null;
    }

    private static Double flipRate(Outcome outcome, Integer target) {
        if (target == null || outcome.poisoned() == null) {
            return null;
        }
        OptionalDouble rate = outcome.poisoned().labelFlipRate(target);
        return rate.isPresent() ? rate.getAsDouble() : null;
    }

    private static List<List<Long>> counts(Confusion confusion) {
        List<List<Long>> rows = new ArrayList<>();
        for (long[] row : confusion.counts()) {
            List<Long> cells = new ArrayList<>();
            for (long count : row) {
                cells.add(count);
            }
            rows.add(cells);
        }
        return rows;
    }
}
