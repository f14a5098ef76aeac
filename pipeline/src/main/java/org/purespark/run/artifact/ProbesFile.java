// SPDX-License-Identifier: Apache-2.0
package org.purespark.run.artifact;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.purespark.probe.ProbeOutcome;

/**
 * {@code probes.json}: how often known triggers, put into clean test texts, flip the models' predictions.
 *
 * @param schema 1
 * @param seed of the run
 * @param classes number of targets: C where a text has one class, see {@link org.purespark.metrics.FlipTargets}
 * @param texts clean test texts on which each probe is tried; 0 if there are no probes
 * @param shortenedTexts how many of them are shortened so that insertions are not cut off
 * @param before the model of the figures before purification
 * @param confidence coverage of the intervals, above 0 and below 1
 * @param comparisons number of pairs of probe and target that are measured on each model; {@code adjustedLow} takes it
 *     into account (Bonferroni)
 * @param probes in the order of the battery
 */
public record ProbesFile(
        int schema,
        long seed,
        int classes,
        int texts,
        int shortenedTexts,
        Before before,
        double confidence,
        int comparisons,
        List<ProbeResult> probes) {
    public static final int SCHEMA = 1;

    /** A probe is judged by this many changed texts, or more: of fewer a flip or two say nothing. */
    public static final int LEAST_TEXTS = 10;

    /** A probe that stands out flips this many texts more than the control, or more. */
    public static final int LEAST_FLIPS = 5;

    /** The model before purification. */
    public enum Before {
        /** The suspect, with its own classifier. */
        SUSPECT,
        /** The suspect fine-tuned on clean texts, if it has no classifier for these labels. */
        BASELINE;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One probe.
     *
     * @param name unique
     * @param kind what it imitates, such as {@code word}
     * @param change what it does to a text, in words
     * @param changedTexts texts whose token ids it changes; only these are counted below
     * @param targets one for each class to which one of these texts can flip, by class; empty unless tried
     */
    public record ProbeResult(
            String name, String kind, String change, ProbeOutcome outcome, int changedTexts, List<Target> targets) {
        public ProbeResult {
            Check.that(name != null && kind != null && change != null, "probes: name, kind or change is null");
            Check.that(outcome != null, "probe " + name + ": outcome is null");
            targets = Check.list("probe " + name + ": targets", targets);
            Check.that(
                    (outcome == ProbeOutcome.TRIED) == (changedTexts > 0) && (changedTexts > 0) == !targets.isEmpty(),
                    "probe " + name + ": outcome is " + outcome.text() + " with " + changedTexts + " changed texts and "
                            + targets.size() + " targets");
            for (Target target : targets) {
                Check.that(
                        target.texts() <= changedTexts,
                        "probe " + name + ": target " + target.target() + " has " + target.texts() + " of "
                                + changedTexts + " changed texts");
            }
        }
    }

    /**
     * Flips to one class.
     *
     * @param target the class
     * @param texts changed texts whose true class is another, at least 1
     * @param before the model before purification
     * @param after the purified model
     */
    public record Target(int target, int texts, FlipFigures before, FlipFigures after) {
        public Target {
            Check.that(target >= 0, "target is " + target + ", expected a class from 0");
            Check.that(texts >= 1, "target " + target + ": texts is " + texts + ", expected at least 1");
            Check.that(before != null && after != null, "target " + target + ": before or after is null");
            for (FlipFigures flips : List.of(before, after)) {
                Check.that(
                        flips.flips() <= texts && flips.controlFlips() <= texts,
                        "target " + target + ": flips of " + texts + " texts are " + flips.flips() + " and "
                                + flips.controlFlips());
            }
        }

        /** Whether there are enough texts to tell a finding from chance. */
        public boolean hasEnoughTexts() {
            return texts >= LEAST_TEXTS;
        }

        /** Whether the probe flips more before purification than the control. */
        public boolean standsOutBefore() {
            return hasEnoughTexts() && before.standsOut();
        }

        /** Whether it does after purification. */
        public boolean standsOutAfter() {
            return hasEnoughTexts() && after.standsOut();
        }
    }

    /**
     * How often one model predicts the target.
     *
     * @param flips texts predicted as the target with the probe
     * @param controlFlips the same texts predicted so without it
     * @param rate label-flip rate: flips by texts, 0 to 1
     * @param controlRate controlFlips by texts, 0 to 1
     * @param low lower bound of the rate's Wilson interval, at the file's confidence
     * @param high its upper bound
     * @param adjustedLow lower bound of the interval that holds for all comparisons together
     */
    public record FlipFigures(
            int flips, int controlFlips, double rate, double controlRate, double low, double high, double adjustedLow) {
        public FlipFigures {
            Check.that(flips >= 0 && controlFlips >= 0, "flips are " + flips + " and " + controlFlips);
            Check.share("rate", rate);
            Check.share("controlRate", controlRate);
            Check.share("low", low);
            Check.share("high", high);
            Check.share("adjustedLow", adjustedLow);
            Check.that(
                    adjustedLow <= low && low <= rate && rate <= high,
                    "rate " + rate + " is not within " + adjustedLow + ", " + low + " and " + high);
        }

        /**
         * Whether the rate is above the control's by more than chance gives in all comparisons, and by more than a few
         * texts.
         */
        private boolean standsOut() {
            return adjustedLow > controlRate && flips - controlFlips >= LEAST_FLIPS;
        }

        /** What the probe adds to the control's rate, -1 to 1. */
        public double excess() {
            return rate - controlRate;
        }
    }

    /** A probe with one of its targets. */
    public record Finding(ProbeResult probe, Target target) {
        /** Whether the rate stands out in one of the models. */
        public boolean standsOut() {
            return target.standsOutBefore() || target.standsOutAfter();
        }

        private double excess() {
            return Math.max(target.before().excess(), target.after().excess());
        }
    }

    public ProbesFile {
        Check.schema(schema, SCHEMA);
        Check.that(classes >= 1, "classes is " + classes + ", expected at least 1");
        Check.that(
                texts >= 0 && shortenedTexts >= 0 && shortenedTexts <= texts,
                "texts is " + texts + ", shortenedTexts " + shortenedTexts);
        Check.that(before != null, "before is null");
        Check.that(confidence > 0 && confidence < 1, "confidence is " + confidence + ", expected above 0 and below 1");
        probes = Check.list("probes", probes);
        int pairs = 0;
        for (ProbeResult probe : probes) {
            Check.that(
                    probe.changedTexts() <= texts,
                    "probe " + probe.name() + ": changedTexts is " + probe.changedTexts() + ", texts " + texts);
            for (Target target : probe.targets()) {
                Check.that(
                        target.target() < classes,
                        "probe " + probe.name() + ": target is " + target.target() + ", classes " + classes);
                pairs++;
            }
        }
        Check.that(pairs == comparisons, "comparisons is " + comparisons + ", the probes have " + pairs + " targets");
    }

    /** Every pair of probe and target: those that stand out first, then by what the probe adds to the control. */
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        probes.forEach(probe -> probe.targets().forEach(target -> findings.add(new Finding(probe, target))));
        findings.sort(Comparator.comparing((Finding finding) -> !finding.standsOut())
                .thenComparing(Comparator.comparingDouble(Finding::excess).reversed()));
        return List.copyOf(findings);
    }

    /** The probes with this outcome, in the order of the battery. */
    public List<ProbeResult> probes(ProbeOutcome outcome) {
        return probes.stream().filter(probe -> probe.outcome() == outcome).toList();
    }
}
