// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.purespark.run.StageName;
import org.purespark.run.artifact.MetricsFile;
import org.purespark.run.artifact.MetricsFile.Figures;
import org.purespark.run.artifact.PrunedHeadsFile;

/** The main figures of suspect, baseline and purified; a missing figure has a reason. */
final class Comparison {
    /**
     * @param accuracy three places, or a dash
     * @param labelFlipRate three places, or a dash
     * @param remark why a figure is missing; empty if none is
     */
    record ModelRow(String model, String meaning, String accuracy, String labelFlipRate, String remark) {}

    private Comparison() {}

    static List<ModelRow> rows(ReportModel model) {
        String absent = "the stage evaluate has not run";
        Figures suspect = Figures.ABSENT;
        Figures baseline = Figures.ABSENT;
        Figures purified = Figures.ABSENT;
        if (model.metrics().isPresent()) {
            MetricsFile metrics = model.metrics().get();
            suspect = metrics.suspect();
            baseline = metrics.baseline();
            purified = new Figures(
                    metrics.purified().accuracy(),
                    metrics.purified().labelFlipRate(),
                    metrics.purified().untriggeredFlipRate());
        }
        boolean evaluated = model.metrics().isPresent();
        String whyNoRate = whyNoRate(model);
        String measure = model.measure().heading();
        return List.of(
                row(
                        "suspect",
                        "as it came",
                        suspect,
                        measure,
                        evaluated ? "it came without a classifier for these labels" : absent,
                        whyNoRate),
                row(
                        "baseline",
                        "suspect, fine-tuned on clean texts",
                        baseline,
                        measure,
                        evaluated ? "it was not evaluated" : absent,
                        whyNoRate),
                row("purified", purifiedInWords(model), purified, measure, absent, whyNoRate));
    }

    private static String purifiedInWords(ReportModel model) {
        return model.isPure()
                ? "suspect, pruned and fine-tuned with the penalty"
                : "suspect, repaired by " + model.repair().orElseThrow().defence();
    }

    private static String whyNoRate(ReportModel model) {
        boolean triggered = model.metrics()
                .map(MetricsFile::purified)
                .filter(purified -> (purified.confusion() != null
                                && purified.confusion().poisoned() != null)
                        || (purified.labels() != null && purified.labels().poisoned() != null))
                .isPresent();
        return triggered
                ? "no LFR: no triggered test text can be flipped to the target"
                : "no LFR: there were no triggered test texts";
    }

    private static ModelRow row(
            String name, String meaning, Figures figures, String measure, String whyAbsent, String whyNoRate) {
        String remark = "";
        if (figures.accuracy() == null && figures.labelFlipRate() == null) {
            remark = whyAbsent;
        } else if (figures.labelFlipRate() == null) {
            remark = whyNoRate;
        } else if (figures.accuracy() == null) {
            remark = "no " + measure + ": there were no clean test texts";
        }
        return new ModelRow(name, meaning, share(figures.accuracy()), share(figures.labelFlipRate()), remark);
    }

    private static String share(Double value) {
        return value == null ? NumberText.MISSING : NumberText.share(value);
    }

    /** Whether any figure is missing. */
    static boolean anyRemark(List<ModelRow> rows) {
        return rows.stream().anyMatch(row -> !row.remark().isEmpty());
    }

    /** {@code 9 of 144 heads pruned (6.3 %)}, or why none is. */
    static String headsPruned(ReportModel model) {
        if (model.repair().isPresent() && !model.repair().get().usesHeadSearch()) {
            return "Heads pruned: none (defence=" + model.repair().get().defence() + ")";
        }
        if (model.prunedHeads().isEmpty()) {
            return "Heads pruned: " + NumberText.MISSING + " (the stage prune has not run)";
        }
        int pruned = model.pruned().size();
        if (pruned == 0) {
            return "No head pruned" + whyNone(model.prunedHeads().get(), model);
        }
        OptionalLong total = model.totalHeads();
        return total.isPresent()
                ? pruned + " of " + NumberText.count(total.getAsLong(), "head") + " pruned ("
                        + NumberText.percent(pruned, total.getAsLong()) + ")"
                : NumberText.count(pruned, "head") + " pruned";
    }

    private static String whyNone(PrunedHeadsFile path, ReportModel model) {
        String validation = "validation " + model.measure().words();
        if (model.otherPolicy().filter(policy -> !policy.equals("reinforce")).isPresent()) {
            return ": in the share of prune.share there is none that may go";
        }
        double unpruned = path.steps().get(0).accuracy();
        if (unpruned < path.threshold()) {
            return ": the " + validation + " of " + model.measuredModel(StageName.PRUNE) + ", "
                    + NumberText.share(unpruned) + ", is already below the threshold "
                    + NumberText.share(path.threshold());
        }
        if (model.otherPolicy().equals(Optional.of("reinforce"))) {
            return ": no measured set of heads has a higher reward than all of them";
        }
        return path.steps().size() == 1
                ? ": there was none that might go"
                : ": " + validation + " fell below the threshold " + NumberText.share(path.threshold())
                        + " with the first heads, and they were given back";
    }
}
