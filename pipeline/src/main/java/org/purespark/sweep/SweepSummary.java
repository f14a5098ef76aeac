// SPDX-License-Identifier: Apache-2.0
package org.purespark.sweep;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.purespark.Shown;
import org.purespark.report.ConsoleTable;
import org.purespark.report.ConsoleTable.Align;
import org.purespark.report.ConsoleTable.Column;

/**
 * A sweep in one table, for people: suspects sorted by the fall of the label-flip rate, then by the cost in the
 * measure; mean and standard deviation over the seeds. Failed runs follow with their errors.
 */
public final class SweepSummary {
    private static final String MISSING = "–";
    private static final Column VERDICT = new Column("verdict", Align.LEFT);
    private static final List<Column> COLUMNS = List.of(
            new Column("suspect", Align.LEFT),
            new Column("seeds", Align.RIGHT),
            new Column("target", Align.LEFT),
            new Column("repair", Align.LEFT),
            VERDICT,
            new Column("LFR before", Align.RIGHT),
            new Column("LFR after", Align.RIGHT),
            new Column("LFR fall", Align.RIGHT),
            new Column("control before", Align.RIGHT),
            new Column("control after", Align.RIGHT),
            new Column("measure", Align.LEFT),
            new Column("before", Align.RIGHT),
            new Column("after", Align.RIGHT),
            new Column("cost", Align.RIGHT),
            new Column("heads pruned", Align.RIGHT),
            new Column("seconds", Align.RIGHT));

    /** Shown behind the verdict where suspects were examined. */
    private static final Column VET = new Column("vet", Align.LEFT);

    private final List<Suspects> ranked;
    private final List<SuspectResult> failed;
    private final int runs;

    /** The runs of one suspect that are done. */
    private record Suspects(String name, List<SuspectResult> runs) {
        Spread spread(Function<SuspectResult, Double> figure) {
            return Spread.of(runs.stream()
                    .map(figure)
                    .filter(Objects::nonNull)
                    .mapToDouble(Double::doubleValue)
                    .toArray());
        }

        Spread fall() {
            return spread(SuspectResult::fall);
        }

        Spread cost() {
            return spread(SuspectResult::cost);
        }

        /** The texts of all runs, each once; of several, how many runs have each. */
        String words(Function<SuspectResult, String> text) {
            Map<String, Long> counts = runs.stream()
                    .map(text)
                    .map(word -> word == null ? MISSING : Shown.of(word))
                    .collect(Collectors.groupingBy(Function.identity(), LinkedHashMap::new, Collectors.counting()));
            return counts.size() == 1
                    ? counts.keySet().iterator().next()
                    : counts.entrySet().stream()
                            .map(entry -> entry.getKey() + " × " + entry.getValue())
                            .collect(Collectors.joining(", "));
        }
    }

    /**
     * Mean and deviation of several figures; NaN if there is none.
     *
     * @param deviation the sample's standard deviation; 0 for a single figure
     */
    record Spread(int count, double mean, double deviation) {
        static Spread of(double[] values) {
            double mean = 0;
            for (double value : values) {
                mean += value / values.length;
            }
            double squares = 0;
            for (double value : values) {
                squares += (value - mean) * (value - mean);
            }
            boolean several = values.length > 1;
            return values.length == 0
                    ? new Spread(0, Double.NaN, Double.NaN)
                    : new Spread(values.length, mean, several ? Math.sqrt(squares / (values.length - 1)) : 0);
        }

        String text(int places) {
            if (count == 0) {
                return MISSING;
            }
            String number = "%." + places + "f";
            return count == 1
                    ? String.format(Locale.ROOT, number, mean)
                    : String.format(Locale.ROOT, number + " ± " + number, mean, deviation);
        }
    }

    private SweepSummary(List<Suspects> ranked, List<SuspectResult> failed, int runs) {
        this.ranked = ranked;
        this.failed = failed;
        this.runs = runs;
    }

    public static SweepSummary of(List<SuspectResult> results) {
        Map<String, List<SuspectResult>> byName = new LinkedHashMap<>();
        results.stream().filter(SuspectResult::done).forEach(run -> byName.computeIfAbsent(
                        run.name(), name -> new ArrayList<>())
                .add(run));
        List<Suspects> ranked = new ArrayList<>();
        byName.forEach((name, runs) -> ranked.add(new Suspects(name, runs)));
        // Without triggered texts there is no fall: these suspects come last, as NaN is larger than any number.
        ranked.sort(
                Comparator.comparingDouble((Suspects suspect) -> -suspect.fall().mean())
                        .thenComparingDouble(suspect -> suspect.cost().mean()));
        List<SuspectResult> failed = results.stream().filter(run -> !run.done()).toList();
        return new SweepSummary(ranked, failed, results.size());
    }

    /** For standard output; at most {@code mostRows} suspects. */
    public String console(int mostRows) {
        StringBuilder text = new StringBuilder(counts()).append("\n\n");
        List<List<String>> rows = rows();
        if (!rows.isEmpty()) {
            text.append(ConsoleTable.of(columns(), rows.subList(0, Math.min(rows.size(), mostRows))));
            if (rows.size() > mostRows) {
                text.append("… and ").append(rows.size() - mostRows).append(" more in summary.md\n");
            }
            text.append('\n');
        }
        List<String> errors = errors();
        errors.stream()
                .limit(mostRows)
                .forEach(line -> text.append("failed: ").append(line).append('\n'));
        if (errors.size() > mostRows) {
            text.append("… and ").append(errors.size() - mostRows).append(" more failed runs in summary.md\n");
        }
        return text.toString();
    }

    /** {@code summary.md}: every suspect, every failed run. */
    public String markdown() {
        StringBuilder text = new StringBuilder("# Sweep\n\n").append(counts()).append("\n\n");
        text.append(
                "Suspects by how far their label-flip rate (LFR) fell, then by what it cost in the measure (accuracy,"
                        + " micro-F1, Spearman's correlation, nDCG); mean ± standard deviation over the seeds. Before:"
                        + " the suspect's own figures, or the baseline's where it came without a classifier. Control:"
                        + " the same rate without trigger. Repair: whether the suspect is repaired. A run whose verdict"
                        + " is \"not measured\" has no fall.\n\n");
        line(text, columns().stream().map(Column::heading).toList());
        line(
                text,
                columns().stream()
                        .map(column -> column.align() == Align.LEFT ? "---" : "--:")
                        .toList());
        rows().forEach(row -> line(text, row));
        if (!failed.isEmpty()) {
            text.append("\n## Failed runs\n\n");
            errors().forEach(error -> text.append("- ").append(error).append('\n'));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, List<String> cells) {
        text.append("| ")
                .append(cells.stream().map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ")))
                .append(" |\n");
    }

    private boolean examined() {
        return ranked.stream().flatMap(suspect -> suspect.runs().stream()).anyMatch(run -> run.vet() != null);
    }

    private List<Column> columns() {
        List<Column> columns = new ArrayList<>(COLUMNS);
        if (examined()) {
            columns.add(columns.indexOf(VERDICT) + 1, VET);
        }
        return columns;
    }

    private String counts() {
        return runs + (runs == 1 ? " run: " : " runs: ") + (runs - failed.size()) + " done, " + failed.size()
                + " failed.";
    }

    private List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (Suspects suspect : ranked) {
            List<String> row = new ArrayList<>(List.of(
                    suspect.name(),
                    Integer.toString(suspect.runs().size()),
                    suspect.words(SuspectResult::targetText),
                    suspect.words(
                            run -> run.repair() == null ? null : run.repair().text()),
                    suspect.words(run ->
                            run.verdict() == null ? null : run.verdict().text().replace('-', ' ')),
                    suspect.spread(run -> run.before().labelFlipRate()).text(3),
                    suspect.spread(run -> run.purified().labelFlipRate()).text(3),
                    suspect.fall().text(3),
                    suspect.spread(run -> run.before().untriggeredFlipRate()).text(3),
                    suspect.spread(run -> run.purified().untriggeredFlipRate()).text(3),
                    suspect.words(
                            run -> run.measure() == null ? null : run.measure().text()),
                    suspect.spread(run -> run.before().accuracy()).text(3),
                    suspect.spread(run -> run.purified().accuracy()).text(3),
                    suspect.cost().text(3),
                    suspect.spread(run -> Double.valueOf(run.headsPruned())).text(1),
                    suspect.spread(SuspectResult::seconds).text(1)));
            if (examined()) {
                row.add(COLUMNS.indexOf(VERDICT) + 1, suspect.words(SuspectResult::vet));
            }
            rows.add(List.copyOf(row));
        }
        return rows;
    }

    private List<String> errors() {
        return failed.stream()
                .map(run -> run.name() + ", seed " + run.seed() + " ("
                        + run.failure().text() + ", "
                        + run.attempts() + (run.attempts() == 1 ? " attempt): " : " attempts): ")
                        + run.error().strip().replaceAll("\\s*\\R\\s*", " "))
                .toList();
    }
}
