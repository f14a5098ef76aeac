// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import java.util.ArrayList;
import java.util.List;
import org.purespark.Shown;
import org.purespark.report.ConsoleTable.Align;
import org.purespark.report.ConsoleTable.Column;
import org.purespark.report.ReportModel.StageTime;

/** A run in one screen of text. A command prints it at its end. */
public final class RunSummary {
    private static final int MOST_TRIGGERS = 3;

    private RunSummary() {}

    /**
     * ACC and LFR of suspect, baseline and purified, heads pruned, the strongest probes, seconds per stage, and where
     * the run directory is.
     *
     * @param conclusion of the figures
     */
    public static String of(ReportModel model, Conclusion conclusion) {
        StringBuilder text = new StringBuilder();
        List<String> verdicts = conclusion.lines();
        if (verdicts.isEmpty()) {
            text.append("No verdict yet: the stage evaluate has not been run.\n");
        }
        verdicts.forEach(line -> text.append(Shown.oneLine(line)).append('\n'));
        text.append('\n');
        text.append(comparison(model)).append('\n');
        text.append(Comparison.headsPruned(model)).append("\n\n");
        text.append(examination(conclusion));
        text.append(probes(model));
        List<StageTime> times = model.stageTimes();
        if (!times.isEmpty()) {
            text.append(seconds(times)).append('\n');
        }
        text.append("run directory  ")
                .append(Shown.oneLine(model.runDirectory()))
                .append('\n');
        return text.toString();
    }

    private static String comparison(ReportModel model) {
        List<Comparison.ModelRow> rows = Comparison.rows(model);
        List<Column> columns = new ArrayList<>(List.of(
                new Column("model", Align.LEFT),
                new Column(model.measure().heading(), Align.RIGHT),
                new Column("LFR", Align.RIGHT)));
        boolean remarks = Comparison.anyRemark(rows);
        if (remarks) {
            columns.add(new Column("remark", Align.LEFT));
        }
        List<List<String>> cells = rows.stream()
                .map(row -> {
                    List<String> line = new ArrayList<>(List.of(row.model(), row.accuracy(), row.labelFlipRate()));
                    if (remarks) {
                        line.add(row.remark());
                    }
                    return line;
                })
                .toList();
        return ConsoleTable.of(columns, cells);
    }

    private static String examination(Conclusion conclusion) {
        if (conclusion.examination().isEmpty()) {
            return "";
        }
        Conclusion.Examination found = conclusion.examination().get();
        StringBuilder text = new StringBuilder(
                Shown.oneLine("Examination of the suspect: " + found.verdict() + ": " + found.reason()));
        found.triggers().stream().limit(MOST_TRIGGERS).forEach(trigger -> text.append("\n  ")
                .append(Shown.oneLine("`" + trigger.trigger() + "` (" + trigger.position() + ") turns "
                        + NumberText.share(trigger.rateWith()) + " of " + NumberText.count(trigger.texts(), "text")
                        + " to " + trigger.target() + "; without it " + NumberText.share(trigger.rateWithout()))));
        return text.append("\n\n").toString();
    }

    private static String probes(ReportModel model) {
        StringBuilder text = new StringBuilder();
        model.probes()
                .map(file -> ProbeViews.lines(file, model))
                .orElse(List.of())
                .forEach(line -> text.append(Shown.oneLine(line)).append('\n'));
        return text.isEmpty() ? "" : text.append('\n').toString();
    }

    private static String seconds(List<StageTime> times) {
        List<List<String>> rows = new ArrayList<>();
        times.forEach(time -> rows.add(List.of(time.stage(), NumberText.seconds(time.seconds()))));
        if (times.size() > 1) {
            double total = times.stream().mapToDouble(StageTime::seconds).sum();
            rows.add(List.of("all", NumberText.seconds(total)));
        }
        return ConsoleTable.of(List.of(new Column("stage", Align.LEFT), new Column("seconds", Align.RIGHT)), rows);
    }
}
