// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.purespark.metrics.Confusion;
import org.purespark.run.artifact.MetricsFile;

/** The section on confusion matrices: rows the true class, columns the predicted one. */
final class ConfusionViews {
    /**
     * @param shade share of its row, 0.00 to 1.00, as CSS reads it
     * @param kind {@code correct}, {@code flipped} or {@code other}: the CSS class
     * @param mark a sign beside the count, so that colour is not the only one
     */
    record CountCell(long count, String shade, String kind, String mark) {}

    record ClassRow(String label, List<CountCell> cells, long total) {}

    /**
     * @param legend what rows and columns are
     * @param corner above the rows' names
     */
    record MatrixView(
            String title, String legend, String corner, String explanation, List<String> labels, List<ClassRow> rows) {}

    record ConfusionView(List<MatrixView> matrices) {}

    private ConfusionViews() {}

    /** @return null if the model gives scores */
    static ConfusionView confusion(MetricsFile metrics, ReportModel model) {
        List<MatrixView> matrices = new ArrayList<>();
        if (metrics.purified().labels() != null) {
            return new ConfusionView(LabelViews.tables(metrics, model));
        }
        MetricsFile.ConfusionCounts counts = metrics.purified().confusion();
        if (counts == null) {
            return null;
        }
        matrices.add(matrix(
                "Clean test texts",
                explanation(counts.clean(), "✓ marks the right answers: their share is the ACC."),
                counts.clean(),
                model,
                null));
        if (counts.poisoned() != null) {
            matrices.add(matrix(
                    "Triggered test texts",
                    explanation(
                            counts.poisoned(),
                            marks(metrics.target(), counts.poisoned().size())),
                    counts.poisoned(),
                    model,
                    metrics.target()));
        }
        return new ConfusionView(matrices);
    }

    private static String explanation(List<List<Long>> counts, String marks) {
        long texts =
                counts.stream().flatMap(List::stream).mapToLong(Long::longValue).sum();
        return NumberText.count(texts, "text") + ". " + marks;
    }

    private static String marks(Integer target, int classes) {
        if (target == null) {
            return "The target class is unknown.";
        }
        return target == classes
                ? "▲ marks texts that were predicted as the next class of their own: their share of all texts is the "
                        + "LFR."
                : "▲ marks texts of another class that were predicted as the target: their share of all texts whose "
                        + "true class is not the target is the LFR.";
    }

    /** @param target what the attack wants, as in {@link Confusion#labelFlipRate}; null if there is nothing to mark */
    private static MatrixView matrix(
            String title, String explanation, List<List<Long>> counts, ReportModel model, Integer target) {
        List<String> columns = IntStream.range(0, counts.size())
                .mapToObj(label -> model.labelName(label) + (target != null && target == label ? " (target)" : ""))
                .toList();
        List<ClassRow> rows = new ArrayList<>();
        Confusion confusion = Confusion.ofRows(counts);
        for (int label = 0; label < counts.size(); label++) {
            Integer aim = target == null ? null : confusion.aim(label, target);
            rows.add(row(columns.get(label), label, counts.get(label), aim));
        }
        return new MatrixView(
                title,
                "rows the true class, columns the predicted one.",
                "True \\ predicted",
                explanation,
                columns,
                rows);
    }

    /** @param aim the class that the attack wants these texts to be taken for, or null */
    private static ClassRow row(String name, int label, List<Long> counts, Integer aim) {
        long total = counts.stream().mapToLong(Long::longValue).sum();
        List<CountCell> cells = new ArrayList<>();
        for (int predicted = 0; predicted < counts.size(); predicted++) {
            long count = counts.get(predicted);
            String shade = String.format(Locale.ROOT, "%.2f", total == 0 ? 0.0 : (double) count / total);
            if (predicted == label) {
                cells.add(new CountCell(count, shade, "correct", "✓"));
            } else if (aim != null && aim == predicted) {
                cells.add(new CountCell(count, shade, "flipped", "▲"));
            } else {
                cells.add(new CountCell(count, shade, "other", ""));
            }
        }
        return new ClassRow(name, cells, total);
    }
}
