// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.List;

/** Reads a whole split of texts. */
@FunctionalInterface
public interface TextReader {
    /**
     * Reads all rows, in the source's order; none of them is kept. All of them are single texts, or all are pairs. The
     * columns are found by their {@link ColumnNames}; other columns are ignored. Labels are strings or integers; the
     * integer 1 and the string {@code 1} are the same label. Spaces around column names and labels are removed; texts
     * stay as they are, and may be empty.
     *
     * @param address a file, or for Parquet also a directory
     * @param sink gets at least one row
     * @throws org.purespark.InputException if the source is missing, unreadable, empty or has a bad row; the message
     *     names source, line (row for Parquet and JSON arrays) and column
     */
    void read(String address, LabelColumn labels, RowSink sink);

    /**
     * All rows in memory, read as {@link #read(String, LabelColumn, RowSink)} does.
     *
     * @throws org.purespark.InputException also if the texts take more memory than half of what this process may have
     */
    default TextTable read(String address, LabelColumn labels) {
        List<LabelledText> rows = new ArrayList<>();
        RowUnit[] units = {RowUnit.LINE};
        TextMemory memory = TextMemory.ofThisProcess(address);
        read(address, labels, (unit, row) -> {
            memory.add(unit, row);
            units[0] = unit;
            rows.add(row);
        });
        return new TextTable(address, rows, units[0]);
    }
}
