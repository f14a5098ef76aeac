// SPDX-License-Identifier: Apache-2.0
package org.purespark.purify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.attack.TextOfClass;
import org.purespark.batch.EncodedSplit;
import org.purespark.evaluate.ModelSource;
import org.purespark.metrics.FlipTargets;
import org.purespark.metrics.WilsonInterval;
import org.purespark.probe.Probe;
import org.purespark.probe.ProbeBattery;
import org.purespark.probe.ProbeSample;
import org.purespark.probe.ProbeTexts;
import org.purespark.run.artifact.ProbesFile;
import org.purespark.task.Answers;
import org.purespark.task.Task;
import org.purespark.text.TextParts;

/**
 * Tries known triggers on clean texts: one pass of each model for all of them. Of pairs each trigger is tried in the
 * first and in the second text.
 *
 * @param from the split of the texts, test or validation
 * @param sampleTexts largest number of clean texts for each trigger
 * @param seed of the choice of texts
 */
record TriggerProbing(ProbeBattery battery, ModelPasses passes, RunTexts.Split from, int sampleTexts, long seed) {
    private static final double CONFIDENCE = 0.95;
    /** Fewer changed texts tell nothing of a rate. */
    private static final int LEAST_TEXTS = 10;

    /**
     * How each probe moves a model: by probe and target, the share of the other texts that it turns to the target, less
     * the share that is there without it.
     *
     * @param name of the model, for the display of progress
     * @return -1 to 1 each; empty without probes
     */
    SortedMap<String, Double> rises(String name, ModelSource model) {
        SortedMap<String, Double> rises = new TreeMap<>();
        ProbeBattery probes = passes.texts().form() == TextParts.Form.PAIR ? battery.ofPairs() : battery;
        if (probes.probes().isEmpty()) {
            return rises;
        }
        Probed probed = probed(probes);
        ProbeTexts texts = probed.texts();
        TaskJudge judge = probed.judge(logits(name, model, texts.split()));
        FlipTargets targets = passes.texts().targets();
        for (int p = 0; p < probes.probes().size(); p++) {
            for (ProbeTexts.Flips flips : texts.flips(p, targets.count(), judge)) {
                if (flips.texts() >= LEAST_TEXTS) {
                    rises.put(
                            probes.probes().get(p).name() + " to " + targets.name(flips.target()),
                            (double) (flips.flips() - flips.controlFlips()) / flips.texts());
                }
            }
        }
        return rises;
    }

    /**
     * @param which the kind of the model {@code before}
     * @param before the model before purification
     * @param after the purified model
     */
    ProbesFile run(ProbesFile.Before which, ModelSource before, ModelSource after) {
        return switch (passes.texts().form()) {
            case SINGLE -> run(battery, which, before, after);
            case PAIR -> run(battery.ofPairs(), which, before, after);
        };
    }

    private ProbesFile run(ProbeBattery probes, ProbesFile.Before which, ModelSource before, ModelSource after) {
        int targets = passes.texts().targets().count();
        if (probes.probes().isEmpty()) {
            return new ProbesFile(ProbesFile.SCHEMA, seed, targets, 0, 0, which, CONFIDENCE, 0, List.of());
        }
        Probed probed = probed(probes);
        ProbeTexts texts = probed.texts();
        TaskJudge judgeBefore = probed.judge(logits(which.text(), before, texts.split()));
        TaskJudge judgeAfter = probed.judge(logits("purified", after, texts.split()));
        List<List<ProbeTexts.Flips>> flipsBefore = new ArrayList<>();
        List<List<ProbeTexts.Flips>> flipsAfter = new ArrayList<>();
        int comparisons = 0;
        for (int p = 0; p < probes.probes().size(); p++) {
            flipsBefore.add(texts.flips(p, targets, judgeBefore));
            flipsAfter.add(texts.flips(p, targets, judgeAfter));
            comparisons += flipsBefore.get(p).size();
        }
        List<ProbesFile.ProbeResult> entries = new ArrayList<>();
        for (int p = 0; p < probes.probes().size(); p++) {
            entries.add(entry(p, texts, targets(flipsBefore.get(p), flipsAfter.get(p), comparisons)));
        }
        return new ProbesFile(
                ProbesFile.SCHEMA,
                seed,
                targets,
                texts.texts(),
                texts.shortened(),
                which,
                CONFIDENCE,
                comparisons,
                entries);
    }

    /**
     * Chosen texts with each probe.
     *
     * @param truths of the texts without probe
     */
    private record Probed(Task task, ProbeTexts texts, Answers truths) {
        TaskJudge judge(List<float[]> logits) {
            return new TaskJudge(task, logits, truths);
        }
    }

    private Probed probed(ProbeBattery probes) {
        Task task = passes.texts().task();
        List<Integer> chosen = chosen(task);
        ProbeTexts texts = ProbeTexts.of(
                probes,
                sample(chosen),
                passes.texts()::encodeProbed,
                passes.texts().maxLength(),
                seed);
        Answers truths = passes.texts()
                .encoded(from)
                .answers(chosen.stream().mapToInt(Integer::intValue).toArray());
        return new Probed(task, texts, truths);
    }

    /** Spread evenly over classes or sets of labels; scores are taken as they come. */
    private List<Integer> chosen(Task task) {
        int[] groups = passes.texts().encoded(from).labels();
        if (task instanceof Task.Score) {
            Arrays.fill(groups, 0);
        }
        int count = Math.max(
                passes.texts().labels().size(), 1 + Arrays.stream(groups).max().orElse(0));
        List<Integer> chosen = new ArrayList<>();
        for (int text : ProbeSample.choose(groups, count, sampleTexts, seed)) {
            chosen.add(text);
        }
        return chosen;
    }

    private List<TextOfClass> sample(List<Integer> chosen) {
        int[] labels = passes.texts().encoded(from).labels();
        boolean score = passes.texts().task() instanceof Task.Score;
        List<TextParts> texts = from == RunTexts.Split.TEST
                ? passes.texts().testTexts(chosen)
                : passes.texts().validationTexts(chosen);
        List<TextOfClass> sample = new ArrayList<>();
        for (int i = 0; i < chosen.size(); i++) {
            sample.add(new TextOfClass(texts.get(i), score ? 0 : labels[chosen.get(i)]));
        }
        return sample;
    }

    private List<float[]> logits(String name, ModelSource model, EncodedSplit texts) {
        return passes.logits(texts, "evaluate: " + name + " on probed texts", model);
    }

    private static ProbesFile.ProbeResult entry(int index, ProbeTexts texts, List<ProbesFile.Target> targets) {
        Probe probe = texts.battery().probes().get(index);
        return new ProbesFile.ProbeResult(
                probe.name(),
                probe.kind().text(),
                probe.inWords(),
                texts.outcome(index),
                texts.changed(index),
                targets);
    }

    private static List<ProbesFile.Target> targets(
            List<ProbeTexts.Flips> before, List<ProbeTexts.Flips> after, int comparisons) {
        List<ProbesFile.Target> targets = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            ProbeTexts.Flips first = before.get(i);
            targets.add(new ProbesFile.Target(
                    first.target(), first.texts(), figures(first, comparisons), figures(after.get(i), comparisons)));
        }
        return targets;
    }

    /** The interval of one comparison, and the lower bound for all comparisons together by Bonferroni's correction. */
    private static ProbesFile.FlipFigures figures(ProbeTexts.Flips flips, int comparisons) {
        WilsonInterval interval = WilsonInterval.of(flips.flips(), flips.texts(), CONFIDENCE);
        WilsonInterval adjusted = WilsonInterval.of(flips.flips(), flips.texts(), 1 - (1 - CONFIDENCE) / comparisons);
        return new ProbesFile.FlipFigures(
                flips.flips(),
                flips.controlFlips(),
                (double) flips.flips() / flips.texts(),
                (double) flips.controlFlips() / flips.texts(),
                interval.low(),
                interval.high(),
                Math.min(interval.low(), adjusted.low()));
    }
}
