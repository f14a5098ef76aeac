// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.purespark.probe.ProbeOutcome;
import org.purespark.run.artifact.ProbesFile;
import org.purespark.run.artifact.ProbesFile.Finding;
import org.purespark.run.artifact.ProbesFile.FlipFigures;
import org.purespark.run.artifact.ProbesFile.ProbeResult;

/** The results of known triggers, for the page and for the terminal. */
final class ProbeViews {
    /** Rows of the page's table; with many classes there are many more pairs, nearly all of them of no interest. */
    static final int MOST_ROWS = 300;

    /** Findings that the terminal shows. */
    static final int MOST_LINES = 5;

    /**
     * A finding in words: {@code flips to class 1 on cf: 97 % → 4 % of 100 texts (97 → 4; without it 6 → 5)}.
     *
     * @param flip what happens to the texts: {@code flips to class 1}
     * @param remark what is left after purification; may be empty
     */
    record ProbeSentence(
            String flip, String probe, String rates, String texts, String flips, String control, String remark) {
        String text() {
            return flip + " on `" + probe + "`: " + rates + " of " + texts + " (" + flips + "; without it " + control
                    + ")" + remark;
        }
    }

    /** A pair of probe and target. */
    record ProbeRow(
            String probe, String kind, String change, String label, int texts, RateCell before, RateCell after) {}

    record RateCell(String rate, String interval, String control, boolean standsOut) {}

    /** @param more how many pairs are not shown; empty where all are */
    record ProbesView(
            boolean tried,
            String summary,
            String beforeModel,
            List<ProbeSentence> findings,
            String method,
            List<String> remarks,
            List<ProbeRow> rows,
            String more) {
        boolean hasFindings() {
            return !findings.isEmpty();
        }

        boolean hasRows() {
            return !rows.isEmpty();
        }
    }

    private ProbeViews() {}

    static ProbesView probes(ProbesFile file, ReportModel model) {
        List<Finding> findings = file.findings();
        List<ProbeRow> rows = findings.stream()
                .limit(MOST_ROWS)
                .map(finding -> row(finding, model))
                .toList();
        int hidden = findings.size() - rows.size();
        return new ProbesView(
                !file.probes().isEmpty(),
                summary(file),
                file.before().text(),
                sentences(file, model),
                method(file),
                remarks(file),
                rows,
                hidden == 0
                        ? ""
                        : "The " + hidden
                                + " weakest pairs of probe and target are left out here; probes.json has all.");
    }

    /** The lines of the terminal; none if no probe was asked for. */
    static List<String> lines(ProbesFile file, ReportModel model) {
        if (file.probes().isEmpty()) {
            return List.of();
        }
        List<ProbeSentence> sentences = sentences(file, model);
        List<String> lines = new ArrayList<>();
        lines.add(summary(file));
        sentences.stream().limit(MOST_LINES).forEach(sentence -> lines.add("  " + sentence.text()));
        if (sentences.size() > MOST_LINES) {
            lines.add(
                    "  and " + (sentences.size() - MOST_LINES) + " more pairs of trigger and target, see probes.json");
        }
        return lines;
    }

    static List<ProbeSentence> sentences(ProbesFile file, ReportModel model) {
        return file.findings().stream()
                .filter(Finding::standsOut)
                .map(finding -> sentence(finding, model))
                .toList();
    }

    private static ProbeSentence sentence(Finding finding, ReportModel model) {
        FlipFigures before = finding.target().before();
        FlipFigures after = finding.target().after();
        String remark = "";
        if (!finding.target().standsOutBefore()) {
            remark = ", only after purification";
        } else if (finding.target().standsOutAfter()) {
            remark = ", still more than without it";
        }
        return new ProbeSentence(
                model.flipWords(finding.target().target()),
                finding.probe().name(),
                percent(before.rate()) + " → " + percent(after.rate()),
                NumberText.count(finding.target().texts(), "text"),
                before.flips() + " → " + after.flips(),
                before.controlFlips() + " → " + after.controlFlips(),
                remark);
    }

    private static String summary(ProbesFile file) {
        String tried = NumberText.count(file.probes().size(), "known trigger") + " tried on "
                + NumberText.count(file.texts(), "clean text") + " ("
                + file.before().text() + " → purified)";
        if (file.probes().isEmpty()) {
            return "No triggers were tried: probe.battery is none and no probe.battery-file was given.";
        }
        if (file.comparisons() == 0) {
            return tried + ": none of them could be measured.";
        }
        if (file.findings().stream().noneMatch(finding -> finding.target().hasEnoughTexts())) {
            return tried + ": none changes " + ProbesFile.LEAST_TEXTS
                    + " texts that can be flipped, the least number to judge by.";
        }
        long standOut = file.findings().stream()
                .filter(Finding::standsOut)
                .map(finding -> finding.probe().name())
                .distinct()
                .count();
        if (standOut == 0) {
            return tried + ": no probe flips more than the control, the same texts without it.";
        }
        String flip = standOut == 1 ? " of them flips" : " of them flip";
        return tried + ": " + standOut + flip + " more than the control, the same texts without it.";
    }

    private static String method(ProbesFile file) {
        return "Intervals are Wilson’s at " + percent(file.confidence()) + ". With " + file.comparisons()
                + " pairs of probe and target, some would stand out by chance: a rate counts as more than the "
                + "control where"
                + " the lower bound of its interval at a confidence of "
                + NumberText.adjustedPercent(file.confidence(), file.comparisons())
                + " (Bonferroni) is above the control’s rate, of at least " + ProbesFile.LEAST_TEXTS
                + " texts, and at least " + ProbesFile.LEAST_FLIPS + " texts more are flipped than without the probe.";
    }

    private static List<String> remarks(ProbesFile file) {
        List<String> remarks = new ArrayList<>();
        List<ProbeResult> without = file.probes(ProbeOutcome.NO_EFFECT);
        if (!without.isEmpty()) {
            remarks.add("No effect on this tokenizer, which gives the same token ids with and without (or no text has"
                    + " what is replaced): " + names(without) + ".");
        }
        List<ProbeResult> tooLong = file.probes(ProbeOutcome.TOO_LONG);
        if (!tooLong.isEmpty()) {
            remarks.add("Not tried, because they take more than half of text.max-length: " + names(tooLong) + ".");
        }
        long few = file.findings().stream()
                .filter(finding -> !finding.target().hasEnoughTexts())
                .count();
        if (few > 0) {
            remarks.add(NumberText.count(few, "pair") + " of probe and target with fewer than " + ProbesFile.LEAST_TEXTS
                    + " texts: too few to be a finding.");
        }
        if (file.shortenedTexts() > 0) {
            remarks.add(NumberText.count(file.shortenedTexts(), "text")
                    + " shortened at the end, with and without probe alike, so that no insertion is cut off.");
        }
        return remarks;
    }

    private static String names(List<ProbeResult> probes) {
        return probes.stream().map(ProbeResult::name).collect(Collectors.joining(", "));
    }

    private static ProbeRow row(Finding finding, ReportModel model) {
        ProbeResult probe = finding.probe();
        return new ProbeRow(
                probe.name(),
                probe.kind(),
                probe.change(),
                model.targetName(finding.target().target()),
                finding.target().texts(),
                cell(finding.target().before(), finding.target().standsOutBefore()),
                cell(finding.target().after(), finding.target().standsOutAfter()));
    }

    private static RateCell cell(FlipFigures flips, boolean standsOut) {
        return new RateCell(
                NumberText.share(flips.rate()),
                NumberText.share(flips.low()) + " to " + NumberText.share(flips.high()),
                NumberText.share(flips.controlRate()),
                standsOut);
    }

    private static String percent(double share) {
        return Math.round(100 * share) + " %";
    }
}
