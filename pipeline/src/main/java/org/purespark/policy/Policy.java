// SPDX-License-Identifier: Apache-2.0
package org.purespark.policy;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.purespark.metrics.Verdict.AttackState;
import org.purespark.purify.RunVerdict;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.vet.VetReport;
import org.purespark.vet.VetVerdict;

/**
 * What a user demands of results. Each part is judged where there is a result of its kind.
 *
 * @param purified demands on a purified model
 * @param vet demands on an examined model
 */
public record Policy(Purified purified, Vet vet) {
    static final String FLIP_EXCESS = "purified.max-label-flip-excess";
    static final String ACCURACY_LOST = "purified.max-accuracy-lost";
    static final String PURIFIED_VERDICTS = "purified.fail-on";
    static final String VET_VERDICTS = "vet.fail-on";

    /** Digits of figures in words: differences of shares have rounding in their last ones. */
    private static final MathContext DIGITS = new MathContext(4);

    /**
     * Demands on a purified model.
     *
     * @param maxLabelFlipExcess the most by which its label-flip rate may be above the same rate without trigger, 0 to
     *     1; empty for no demand
     * @param maxAccuracyLost the most by which its accuracy, or what is measured in its place, may be below that of the
     *     suspect (of the baseline, if the suspect has no classifier), 0 to 1; empty for no demand
     * @param failOn verdicts that are violations
     */
    public record Purified(
            Optional<Double> maxLabelFlipExcess, Optional<Double> maxAccuracyLost, Set<AttackState> failOn) {
        public Purified {
            failOn = Set.copyOf(failOn);
        }

        boolean demandsNothing() {
            return maxLabelFlipExcess.isEmpty() && maxAccuracyLost.isEmpty() && failOn.isEmpty();
        }
    }

    /**
     * Demands on an examined model.
     *
     * @param failOn verdicts that are violations
     */
    public record Vet(Set<VetVerdict> failOn) {
        public Vet {
            failOn = Set.copyOf(failOn);
        }
    }

    /**
     * What breaks the policy. A demand on something that was not measured is broken.
     *
     * @param metrics of a purified model; empty where none was measured
     * @param report of an examined model; empty where none was examined
     * @return in the order of the policy's keys; empty if all demands are met
     */
    public List<Violation> judge(Optional<MetricsFile> metrics, Optional<VetReport> report) {
        List<Violation> violations = new ArrayList<>();
        metrics.ifPresent(figures -> {
            purified.maxLabelFlipExcess().ifPresent(most -> flipExcess(figures.purified(), most, violations));
            purified.maxAccuracyLost().ifPresent(most -> accuracyLost(figures, most, violations));
            AttackState verdict = RunVerdict.of(figures).kind();
            if (purified.failOn().contains(verdict)) {
                violations.add(new Violation(PURIFIED_VERDICTS, "the verdict is " + verdict.text()));
            }
        });
        report.map(VetReport::verdict)
                .filter(vet.failOn()::contains)
                .ifPresent(
                        verdict -> violations.add(new Violation(VET_VERDICTS, "the verdict is " + verdict.spelling())));
        return violations;
    }

    /** The parts of the policy for which there is no result, by their keys in its file. */
    public Set<String> notJudged(Optional<MetricsFile> metrics, Optional<VetReport> report) {
        Set<String> parts = new TreeSet<>();
        if (metrics.isEmpty() && !purified.demandsNothing()) {
            parts.add("purified");
        }
        if (report.isEmpty() && !vet.failOn().isEmpty()) {
            parts.add("vet");
        }
        return parts;
    }

    private static void flipExcess(MetricsFile.PurifiedFigures figures, double most, List<Violation> violations) {
        Double flipped = figures.labelFlipRate();
        Double control = figures.untriggeredFlipRate();
        if (flipped == null || control == null) {
            violations.add(new Violation(
                    FLIP_EXCESS,
                    "the label-flip rate with and without trigger was not measured: give --poisoned-test"));
        } else if (above(difference(flipped, control), most)) {
            violations.add(new Violation(
                    FLIP_EXCESS,
                    "the label-flip rate is " + text(flipped) + " with trigger and " + text(control)
                            + " without, a difference of " + text(flipped - control) + "; allowed: " + text(most)));
        }
    }

    private static void accuracyLost(MetricsFile metrics, double most, List<Violation> violations) {
        boolean suspectMeasured = metrics.suspect().accuracy() != null;
        Double before = suspectMeasured
                ? metrics.suspect().accuracy()
                : metrics.baseline().accuracy();
        double after = metrics.purified().accuracy();
        String measure = metrics.measure().words();
        if (before == null) {
            violations.add(
                    new Violation(ACCURACY_LOST, "the " + measure + " of suspect and baseline was not measured"));
        } else if (above(difference(before, after), most)) {
            violations.add(new Violation(
                    ACCURACY_LOST,
                    "the " + measure + " fell from " + text(before) + " ("
                            + (suspectMeasured ? "suspect" : "baseline") + ") to " + text(after) + ", by "
                            + text(before - after) + "; allowed: " + text(most)));
        }
    }

    /** Of the decimal forms, so that 0.30 - 0.20 is not above 0.10. */
    private static BigDecimal difference(double one, double other) {
        return BigDecimal.valueOf(one).subtract(BigDecimal.valueOf(other));
    }

    private static boolean above(BigDecimal found, double most) {
        return found.compareTo(BigDecimal.valueOf(most)) > 0;
    }

    private static String text(double share) {
        return new BigDecimal(share).round(DIGITS).stripTrailingZeros().toPlainString();
    }
}
