package org.purespark.text;

import java.io.Serializable;
import java.util.List;

/**
 * The texts of one source in the source's order.
 *
 * @param source the address they were read from, or words for where they come from
 * @param rows at least one where a {@link TextReader} made the table
 * @param unit what {@link LabelledText#number()} counts
 */
public record TextTable(String source, List<LabelledText> rows, RowUnit unit) implements Serializable {
    public TextTable {
        rows = List.copyOf(rows);
    }

    /** Rows whose numbers, if any, are lines. */
    public TextTable(String source, List<LabelledText> rows) {
        this(source, rows, RowUnit.LINE);
    }

    public int size() {
        return rows.size();
    }

    /** Where row {@code index} (from 0) stands, for messages: {@code FILE, line 12}. */
    public String place(int index) {
        long number = rows.get(index).number();
        return number > 0 ? unit.place(source, number) : source + ", text " + (index + 1);
    }
}
