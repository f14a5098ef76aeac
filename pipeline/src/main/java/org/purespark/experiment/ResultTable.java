// SPDX-License-Identifier: Apache-2.0
package org.purespark.experiment;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Means over seeds, one line for each model, attack, variation and defence, and differences from a reference defence,
 * seed by seed.
 */
public final class ResultTable {
    private static final String NONE = "none";

    /**
     * A line.
     *
     * @param difference of the label-flip rate from the reference defence's, of the seeds that both have
     */
    record Line(
            String model,
            String attack,
            String variation,
            String defence,
            int seeds,
            Optional<Sample> accuracy,
            Optional<Sample> labelFlipRate,
            Optional<Sample> control,
            Optional<Sample> prunedHeads,
            Optional<Sample> seconds,
            Optional<Sample> difference) {}

    private final List<Line> lines;
    private final String reference;

    private ResultTable(List<Line> lines, String reference) {
        this.lines = lines;
        this.reference = reference;
    }

    private record Group(String model, String attack, String variation) {}

    /**
     * The table of rows that are done; the suspect as it is comes first in each group, as defence {@code none}.
     *
     * @param reference defence that the others are compared with
     */
    public static ResultTable of(Collection<ResultRow> rows, String reference) {
        Map<Group, List<ResultRow>> groups = new LinkedHashMap<>();
        for (ResultRow row : rows) {
            if (row.completed()) {
                groups.computeIfAbsent(new Group(row.model(), row.attack(), row.variation()), g -> new ArrayList<>())
                        .add(row);
            }
        }
        List<Line> lines = new ArrayList<>();
        groups.forEach((group, ofGroup) -> {
            suspect(group, ofGroup).ifPresent(lines::add);
            Set<String> defences = new LinkedHashSet<>();
            ofGroup.forEach(row -> defences.add(row.defence()));
            for (String defence : defences) {
                lines.add(line(group, defence, ofGroup, reference));
            }
        });
        return new ResultTable(lines, reference);
    }

    /** The suspect is the same in all rows of a seed. */
    private static Optional<Line> suspect(Group group, List<ResultRow> rows) {
        Map<Long, ResultRow> bySeed = new TreeMap<>();
        rows.stream()
                .filter(row -> row.suspect().accuracy() != null)
                .forEach(row -> bySeed.putIfAbsent(row.seed(), row));
        if (bySeed.isEmpty()) {
            return Optional.empty();
        }
        Collection<ResultRow> each = bySeed.values();
        return Optional.of(new Line(
                group.model(),
                group.attack(),
                group.variation(),
                NONE,
                each.size(),
                sample(each, row -> row.suspect().accuracy()),
                sample(each, row -> row.suspect().labelFlipRate()),
                sample(each, row -> row.suspect().control()),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    }

    private static Line line(Group group, String defence, List<ResultRow> rows, String reference) {
        List<ResultRow> own =
                rows.stream().filter(row -> row.defence().equals(defence)).toList();
        Map<Long, Double> ofReference = new TreeMap<>();
        rows.stream()
                .filter(row -> row.defence().equals(reference) && row.purified().labelFlipRate() != null)
                .forEach(row -> ofReference.put(row.seed(), row.purified().labelFlipRate()));
        List<Double> differences = own.stream()
                .filter(row -> row.purified().labelFlipRate() != null && ofReference.containsKey(row.seed()))
                .map(row -> row.purified().labelFlipRate() - ofReference.get(row.seed()))
                .toList();
        return new Line(
                group.model(),
                group.attack(),
                group.variation(),
                defence,
                own.size(),
                sample(own, row -> row.purified().accuracy()),
                sample(own, row -> row.purified().labelFlipRate()),
                sample(own, row -> row.purified().control()),
                sample(
                        own,
                        row -> row.prunedHeads() == null
                                ? null
                                : row.prunedHeads().doubleValue()),
                sample(own, ResultRow::secondsOfRepair),
                defence.equals(reference) || differences.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Sample(differences)));
    }

    private static Optional<Sample> sample(Collection<ResultRow> rows, Function<ResultRow, Double> figure) {
        List<Double> values = new ArrayList<>();
        for (ResultRow row : rows) {
            Double value = figure.apply(row);
            if (value != null) {
                values.add(value);
            }
        }
        return values.isEmpty() ? Optional.empty() : Optional.of(new Sample(values));
    }

    private List<String> headings() {
        return List.of(
                "model",
                "attack",
                "settings",
                "defence",
                "seeds",
                "ACC",
                "LFR",
                "LFR without trigger",
                "heads pruned",
                "seconds",
                "LFR minus " + reference + "'s (95 %)");
    }

    private static List<String> cells(Line line) {
        return List.of(
                line.model(),
                line.attack(),
                line.variation(),
                line.defence(),
                Integer.toString(line.seeds()),
                share(line.accuracy()),
                share(line.labelFlipRate()),
                share(line.control()),
                line.prunedHeads()
                        .map(sample -> String.format(Locale.ROOT, "%.1f", sample.mean()))
                        .orElse(""),
                line.seconds()
                        .map(sample -> String.format(Locale.ROOT, "%.0f", sample.mean()))
                        .orElse(""),
                difference(line.difference()));
    }

    private static String share(Optional<Sample> sample) {
        return sample.map(values -> values.size() == 1
                        ? String.format(Locale.ROOT, "%.3f", values.mean())
                        : String.format(Locale.ROOT, "%.3f ± %.3f", values.mean(), values.deviation()))
                .orElse("");
    }

    private static String difference(Optional<Sample> sample) {
        return sample.map(values -> values.size() == 1
                        ? String.format(Locale.ROOT, "%+.3f", values.mean())
                        : String.format(
                                Locale.ROOT,
                                "%+.3f (%+.3f to %+.3f)",
                                values.mean(),
                                values.mean() - values.halfWidth(),
                                values.mean() + values.halfWidth()))
                .orElse("");
    }

    /** Mean ± standard deviation over seeds, as a table in Markdown. */
    public String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("| ").append(String.join(" | ", headings())).append(" |\n");
        text.append("|").append("---|".repeat(headings().size())).append('\n');
        lines.forEach(line ->
                text.append("| ").append(String.join(" | ", cells(line))).append(" |\n"));
        return text.toString();
    }

    /** The same as a table of LaTeX's package booktabs. */
    public String latex() {
        StringBuilder text = new StringBuilder();
        text.append("\\begin{tabular}{llllrrrrrrr}\n\\toprule\n");
        text.append(latexRow(headings())).append("\\midrule\n");
        lines.forEach(line -> text.append(latexRow(cells(line))));
        return text.append("\\bottomrule\n\\end{tabular}\n").toString();
    }

    private static String latexRow(List<String> cells) {
        return String.join(
                        " & ",
                        cells.stream()
                                .map(cell ->
                                        cell.replaceAll("([_%&#])", "\\\\$1").replace("±", "$\\pm$"))
                                .toList())
                + " \\\\\n";
    }

    /** One line for each, with means and standard deviations in columns of their own; RFC 4180. */
    public String csv() {
        StringBuilder text = new StringBuilder("model,attack,settings,defence,seeds,acc,acc_sd,lfr,lfr_sd,control,"
                + "control_sd,heads_pruned,seconds,lfr_difference,lfr_difference_half_width\n");
        for (Line line : lines) {
            List<String> cells = new ArrayList<>(List.of(
                    quoted(line.model()),
                    quoted(line.attack()),
                    quoted(line.variation()),
                    quoted(line.defence()),
                    Integer.toString(line.seeds())));
            for (Optional<Sample> sample : List.of(line.accuracy(), line.labelFlipRate(), line.control())) {
                cells.add(sample.map(Sample::mean).map(String::valueOf).orElse(""));
                cells.add(sample.map(Sample::deviation).map(String::valueOf).orElse(""));
            }
            cells.add(line.prunedHeads().map(Sample::mean).map(String::valueOf).orElse(""));
            cells.add(line.seconds().map(Sample::mean).map(String::valueOf).orElse(""));
            cells.add(line.difference().map(Sample::mean).map(String::valueOf).orElse(""));
            cells.add(line.difference()
                    .filter(sample -> sample.size() > 1)
                    .map(Sample::halfWidth)
                    .map(String::valueOf)
                    .orElse(""));
            text.append(String.join(",", cells)).append('\n');
        }
        return text.toString();
    }

    private static String quoted(String cell) {
        return cell.matches("[^,\"\n]*") ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }
}
