// SPDX-License-Identifier: Apache-2.0
package org.purespark.locate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.purespark.locate.LocateFile.Measured;
import org.purespark.report.ConsoleTable;
import org.purespark.report.ConsoleTable.Align;
import org.purespark.report.ConsoleTable.Column;
import org.purespark.run.artifact.MetricsFile.Figures;

/** The measurements as a table for the terminal, and what they say in a line for each kind of change. */
public final class LocateTable {
    /** A change that costs more of the measure than this takes more away than the backdoor. */
    static final double TOLERATED_LOSS = 0.05;

    /** A change carries the backdoor if it leaves at most this share of the excess. */
    static final double LEFT_WITHOUT_IT = 0.5;

    private static final Set<Part> SEVERAL_PARTS = EnumSet.of(Part.LAYERS, Part.ENCODER);
    private static final Set<Part> ONE_PART = EnumSet.complementOf(EnumSet.of(Part.LAYERS, Part.ENCODER));

    private LocateTable() {}

    /** The suspect's figures, those of each change, and the lines below; ends with a line feed. */
    public static String of(LocateFile file) {
        List<Column> columns = List.of(
                new Column("change", Align.LEFT),
                new Column("part", Align.LEFT),
                new Column(file.measure().heading(), Align.RIGHT),
                new Column("LFR", Align.RIGHT),
                new Column("control", Align.RIGHT),
                new Column("excess", Align.RIGHT));
        List<List<String>> rows = new ArrayList<>();
        rows.add(row("none", "", file.suspect()));
        file.changes()
                .forEach(change ->
                        rows.add(row(change.way().text(), change.place().inWords(), change.figures())));
        StringBuilder text = new StringBuilder(ConsoleTable.of(columns, rows)).append('\n');
        lines(file).forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    /** For each way, and single parts and several ones, the change that leaves least of the attack. */
    static List<String> lines(LocateFile file) {
        List<String> lines = new ArrayList<>();
        for (Way way : Way.values()) {
            for (Set<Part> parts : List.of(ONE_PART, SEVERAL_PARTS)) {
                List<Measured> some = file.changes().stream()
                        .filter(change -> change.way() == way
                                && parts.contains(change.place().part()))
                        .toList();
                if (!some.isEmpty()) {
                    String kind = way.text() + ", " + (parts == ONE_PART ? "one part" : "several layers") + ": ";
                    lines.add(kind
                            + strongest(file, some)
                                    .map(change -> finding(file, change))
                                    .orElse(nothing(file)));
                }
            }
        }
        return lines;
    }

    /** The change with the smallest excess, the first one of equals, among those that cost little of the measure. */
    private static Optional<Measured> strongest(LocateFile file, List<Measured> changes) {
        double before = LocateFile.excess(file.suspect());
        return changes.stream()
                .filter(change -> loss(file, change.figures()) <= TOLERATED_LOSS)
                .filter(change -> LocateFile.excess(change.figures()) < before)
                .min(Comparator.comparingDouble(change -> LocateFile.excess(change.figures())));
    }

    private static double loss(LocateFile file, Figures changed) {
        return changed.accuracy() == null ? 1 : file.suspect().accuracy() - changed.accuracy();
    }

    private static String finding(LocateFile file, Measured change) {
        boolean carries = LocateFile.excess(change.figures()) <= LEFT_WITHOUT_IT * LocateFile.excess(file.suspect());
        String found = carries ? "the attack goes with the " : "none carries the attack; most goes with the ";
        return found + change.place().inWords() + ": excess " + share(LocateFile.excess(file.suspect())) + " -> "
                + share(LocateFile.excess(change.figures())) + ", "
                + file.measure().words() + " " + share(file.suspect().accuracy()) + " -> "
                + share(change.figures().accuracy());
    }

    private static String nothing(LocateFile file) {
        return "no change that costs at most " + share(TOLERATED_LOSS) + " of "
                + file.measure().words() + " takes any of the attack";
    }

    private static List<String> row(String way, String part, Figures figures) {
        return List.of(
                way,
                part,
                share(figures.accuracy()),
                share(figures.labelFlipRate()),
                share(figures.untriggeredFlipRate()),
                share(LocateFile.excess(figures)));
    }

    private static String share(Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.3f", value);
    }
}
