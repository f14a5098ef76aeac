// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.purespark.config.Settings;
import org.purespark.evaluate.ModelSource;
import org.purespark.metrics.AttackTarget;
import org.purespark.metrics.Confusion;
import org.purespark.metrics.FlipTargets;
import org.purespark.metrics.LabelCounts;
import org.purespark.metrics.Tally;
import org.purespark.probe.Probe;
import org.purespark.run.RunDirectory;
import org.purespark.run.Stage;
import org.purespark.run.StageName;
import org.purespark.run.StageNeeds;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.run.artifact.ProbesFile;
import org.purespark.storage.Storage;
import org.purespark.task.Task;

/**
 * PURE, step 6: accuracy on the clean test texts and label-flip rate on the triggered ones, of all three models. Known
 * triggers, and those that an examination of the suspect has found, are tried on clean texts, before and after
 * purification, for users without triggered texts.
 */
record EvaluateStage(
        CheckedInputs inputs,
        Settings settings,
        ModelPasses passes,
        Storage storage,
        RunDirectory directory,
        RunLog log)
        implements Stage {
    @Override
    public StageNeeds needs() {
        Inputs given = inputs.given();
        StageNeeds needs = Needs.ofSuspect(StageNeeds.of(StageName.EVALUATE), given)
                .withOption("--target", given.target().orElse("null"));
        needs = given.test().isPresent() ? needs.withInputs(Inputs.TEST) : Needs.ofValidation(needs, given);
        if (settings.probe().batteryFile() != null) {
            needs = needs.withInputs(Inputs.PROBE_BATTERY);
        }
        List<Probe> found = SuspectVet.found(storage, directory, inputs);
        if (!found.isEmpty()) {
            needs = needs.withOption("triggers of " + RunDirectory.VET, SuspectVet.names(found));
        }
        return given.poisonedTest().isPresent() ? needs.withInputs(Inputs.POISONED_TEST) : needs;
    }

    /** The counts of one model; {@code poisoned} is null without triggered texts. */
    private record Measured(Tally clean, Tally poisoned) {}

    @Override
    public void run() throws IOException {
        inputs.unmeasurable().forEach(warning -> log.note(StageName.EVALUATE, warning));
        if (inputs.given().test().isEmpty()) {
            log.warn(
                    StageName.EVALUATE,
                    "no --test given: " + inputs.task().measure().words()
                            + " is measured on the validation texts, which the prune search has seen");
        }
        ModelSource baselineModel = Subject.baseline(directory).source();
        ModelSource purifiedModel = Subject.purified(directory).source();
        Measured suspect = inputs.suspectClassifies() ? measure("suspect", inputs.suspect()) : null;
        Measured baseline = measure("baseline", baselineModel);
        Measured purified = measure("purified", purifiedModel);
        TriggerProbing probing = new TriggerProbing(
                inputs.battery().with(SuspectVet.found(storage, directory, inputs)),
                passes,
                RunTexts.Split.TEST,
                settings.probe().texts(),
                settings.seed());
        ProbesFile probes = inputs.suspectClassifies()
                ? probing.run(ProbesFile.Before.SUSPECT, inputs.suspect(), purifiedModel)
                : probing.run(ProbesFile.Before.BASELINE, baselineModel, purifiedModel);
        directory.write(RunDirectory.PROBES, probes);
        Measured first = suspect == null ? baseline : suspect;
        Integer target = target(first);
        Map<String, Double> seconds = new LinkedHashMap<>();
        for (StageName stage : StageName.values()) {
            directory.table().entry(stage).ifPresent(entry -> seconds.put(stage.text(), entry.seconds()));
        }
        directory.write(
                RunDirectory.METRICS,
                new MetricsFile(
                        MetricsFile.SCHEMA,
                        settings.seed(),
                        inputs.task().measure(),
                        target,
                        target == null ? null : inputs.texts().targets().name(target),
                        nextClassInstead(first, target),
                        suspect == null ? MetricsFile.Figures.ABSENT : figures(suspect, target),
                        figures(baseline, target),
                        purified(purified, target),
                        seconds));
    }

    private Measured measure(String name, ModelSource model) {
        Tally clean = passes.tally(RunTexts.Split.TEST, "evaluate: " + name + " on clean texts", model);
        Tally poisoned = passes.texts().arePoisoned()
                ? passes.tally(RunTexts.Split.POISONED_TEST, "evaluate: " + name + " on triggered texts", model)
                : null;
        return new Measured(clean, poisoned);
    }

    private Integer target(Measured first) {
        if (inputs.given().target().isPresent()) {
            return inputs.texts().target(inputs.given().target().get());
        }
        if (first.poisoned() == null) {
            return null;
        }
        OptionalInt target = inputs.task() instanceof Task.OneLabel
                ? AttackTarget.mostFlipped(first.poisoned())
                : AttackTarget.mostAdded(first.poisoned(), first.clean());
        return target.isEmpty() ? null : target.getAsInt();
    }

    /** The rate that shows an attack from all classes to all, where nobody named a target; null where there is none. */
    private Double nextClassInstead(Measured first, Integer target) {
        if (target == null
                || inputs.given().target().isPresent()
                || !(first.poisoned() instanceof Confusion triggered)) {
            return null;
        }
        OptionalDouble next = AttackTarget.nextClassInstead(triggered, target);
        if (next.isEmpty()) {
            return null;
        }
        log.warn(
                StageName.EVALUATE,
                String.format(
                        Locale.ROOT,
                        "no --target given: %.3f of the triggered texts are taken for the class after their own, and"
                                + " %.3f for %s, the most for one class: that is an attack from all classes to all,"
                                + " which the label-flip rate to one class does not show; give --target '%s'",
                        next.getAsDouble(),
                        triggered.labelFlipRate(target).orElse(0),
                        inputs.texts().targets().name(target),
                        FlipTargets.NEXT_CLASS));
        return next.getAsDouble();
    }

    private static MetricsFile.Figures figures(Measured model, Integer target) {
        return new MetricsFile.Figures(
                orNull(model.clean().quality()), flipRate(model.poisoned(), target), control(model, target));
    }

    private static MetricsFile.PurifiedFigures purified(Measured model, Integer target) {
        return new MetricsFile.PurifiedFigures(
                orNull(model.clean().quality()),
                flipRate(model.poisoned(), target),
                control(model, target),
                model.clean() instanceof Confusion clean
                        ? new MetricsFile.ConfusionCounts(
                                counts(clean.counts()),
                                model.poisoned() instanceof Confusion poisoned ? counts(poisoned.counts()) : null)
                        : null,
                model.clean() instanceof LabelCounts clean
                        ? new MetricsFile.LabelTables(
                                tables(clean),
                                model.poisoned() instanceof LabelCounts poisoned ? tables(poisoned) : null)
                        : null);
    }

    /** Without triggered texts nothing is compared, so there is no control either. */
    private static Double control(Measured model, Integer target) {
        return model.poisoned() == null ? null : flipRate(model.clean(), target);
    }

    private static Double flipRate(Tally tally, Integer target) {
        return target == null || tally == null ? null : orNull(tally.labelFlipRate(target));
    }

    private static Double orNull(OptionalDouble share) {
        return share.isPresent() ? share.getAsDouble() : null;
    }

    private static List<List<List<Long>>> tables(LabelCounts labels) {
        return Stream.of(labels.counts()).map(EvaluateStage::counts).toList();
    }

    private static List<List<Long>> counts(long[][] counts) {
        List<List<Long>> rows = new ArrayList<>();
        for (long[] row : counts) {
            rows.add(Arrays.stream(row).boxed().toList());
        }
        return rows;
    }
}
