// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.purespark.report.ConfusionViews.ClassRow;
import org.purespark.report.ConfusionViews.CountCell;
import org.purespark.report.ConfusionViews.MatrixView;
import org.purespark.run.artifact.MetricsFile;

/** How often each of many labels is given rightly: a row for each. */
final class LabelViews {
    private static final List<String> COLUMNS =
            List.of("Has it, given", "Has it, not given", "Lacks it, given", "Lacks it, not given");

    private LabelViews() {}

    static List<MatrixView> tables(MetricsFile metrics, ReportModel model) {
        List<MatrixView> tables = new ArrayList<>();
        MetricsFile.LabelTables labels = metrics.purified().labels();
        tables.add(table("Clean test texts", labels.clean(), model, null));
        if (labels.poisoned() != null) {
            tables.add(table("Triggered test texts", labels.poisoned(), model, metrics.target()));
        }
        return tables;
    }

    /** @param target see {@link org.purespark.metrics.FlipTargets}; null if there is none to mark */
    private static MatrixView table(String title, List<List<List<Long>>> counts, ReportModel model, Integer target) {
        List<ClassRow> rows = new ArrayList<>();
        for (int label = 0; label < counts.size(); label++) {
            rows.add(row(model.labelName(label), label, counts.get(label), target));
        }
        long texts = rows.get(0).total();
        return new MatrixView(
                title,
                "rows the labels, columns what the model does with a text that has the label or lacks it.",
                "Label",
                NumberText.count(texts, "text") + ". ✓ marks the right answers"
                        + (target == null ? "." : ", ▲ the flips that the attack wants: their share is the LFR."),
                COLUMNS,
                rows);
    }

    private static ClassRow row(String name, int label, List<List<Long>> counts, Integer target) {
        List<Long> lacks = counts.get(0);
        List<Long> has = counts.get(1);
        boolean flippedOn = target != null && target == 2 * label;
        boolean flippedOff = target != null && target == 2 * label + 1;
        long with = has.get(0) + has.get(1);
        long without = lacks.get(0) + lacks.get(1);
        List<CountCell> cells = List.of(
                cell(has.get(1), with, "correct", "✓"),
                flippedOff ? cell(has.get(0), with, "flipped", "▲") : cell(has.get(0), with, "other", ""),
                flippedOn ? cell(lacks.get(1), without, "flipped", "▲") : cell(lacks.get(1), without, "other", ""),
                cell(lacks.get(0), without, "correct", "✓"));
        return new ClassRow(name, cells, with + without);
    }

    private static CountCell cell(long count, long of, String kind, String mark) {
        return new CountCell(
                count, String.format(Locale.ROOT, "%.2f", of == 0 ? 0.0 : (double) count / of), kind, mark);
    }
}
