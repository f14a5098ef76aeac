// SPDX-License-Identifier: Apache-2.0
package org.purespark.report;

import java.util.List;
import org.purespark.Shown;

/** A plain table of fixed-width columns, for a terminal or a log. */
public final class ConsoleTable {
    private static final String GAP = "  ";

    /** The alignment of a column's text. */
    public enum Align {
        LEFT,
        RIGHT
    }

    /** A column's heading and alignment. */
    public record Column(String heading, Align align) {}

    private ConsoleTable() {}

    /**
     * The heading, a rule, the rows; each line ends with a line feed and has no trailing blanks. Cells are as
     * {@link Shown} shows them.
     *
     * @throws IllegalArgumentException if a row has not as many cells as there are columns
     */
    public static String of(List<Column> columns, List<List<String>> rows) {
        int[] widths = columns.stream()
                .mapToInt(column -> length(Shown.of(column.heading())))
                .toArray();
        for (List<String> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException(
                        "row " + row + " has " + row.size() + " cells, the table " + columns.size() + " columns");
            }
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], length(Shown.of(row.get(i))));
            }
        }
        StringBuilder table = new StringBuilder();
        addLine(table, columns.stream().map(Column::heading).toList(), columns, widths);
        StringBuilder rule = new StringBuilder();
        for (int width : widths) {
            rule.append("-".repeat(width)).append(GAP);
        }
        table.append(rule.toString().stripTrailing()).append('\n');
        rows.forEach(row -> addLine(table, row, columns, widths));
        return table.toString();
    }

    private static void addLine(StringBuilder table, List<String> cells, List<Column> columns, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = Shown.of(cells.get(i));
            String blanks = " ".repeat(widths[i] - length(cell));
            line.append(columns.get(i).align() == Align.LEFT ? cell + blanks : blanks + cell)
                    .append(GAP);
        }
        table.append(line.toString().stripTrailing()).append('\n');
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
