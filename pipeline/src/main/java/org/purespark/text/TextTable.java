// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.io.Serializable;
import java.util.List;

/**
 * The texts of one source in the source's order.
 *
 * @param source the address that they are read from, or words that tell their origin
 * @param rows at least one if a {@link TextReader} makes the table
 * @param unit what {@link LabelledText#number()} counts
 */
public record TextTable(String source, List<LabelledText> rows, RowUnit unit) implements Serializable {
    public TextTable {
        rows = List.copyOf(rows);
    }

    /** A table whose row numbers, if any, are line numbers. */
    public TextTable(String source, List<LabelledText> rows) {
        this(source, rows, RowUnit.LINE);
    }

    public int size() {
        return rows.size();
    }

    /** Whether its rows are single texts or pairs; all are the same. */
    public TextParts.Form form() {
        return rows.isEmpty() ? TextParts.Form.SINGLE : rows.get(0).parts().form();
    }

    /** The labels of its rows. */
    public FoundLabels labels() {
        return labels(LabelForm.CLASS);
    }

    /**
     * The labels of its rows.
     *
     * @throws org.purespark.InputException if one is not of that form
     */
    public FoundLabels labels(LabelForm form) {
        FoundLabels.Builder labels = new FoundLabels.Builder(source, form);
        rows.forEach(row -> labels.number(unit, row));
        return labels.build();
    }
}
