// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.List;
import org.purespark.InputException;

/** Collects the rows of one source and checks the rules that all formats share. */
public final class TextTableBuilder {
    private final String source;
    private final RowUnit unit;
    private final LabelColumn labels;
    private final List<LabelledText> rows = new ArrayList<>();

    public TextTableBuilder(String source, RowUnit unit, LabelColumn labels) {
        this.source = source;
        this.unit = unit;
        this.labels = labels;
    }

    /**
     * Adds a row.
     *
     * @param number the row's line or row number, from 1
     * @param label as read, spaces around it allowed; null or blank where the row has none
     * @throws InputException if the row has no label and must have one
     */
    public void add(long number, String text, String label) {
        String name = label == null ? "" : label.strip();
        if (name.isEmpty() && labels == LabelColumn.REQUIRED) {
            throw new InputException(
                    unit.place(source, number) + ", column label: the row has no label; give it one or remove the row");
        }
        rows.add(new LabelledText(text, name.isEmpty() ? null : name, number));
    }

    /**
     * The table of all rows added.
     *
     * @throws InputException if there is none
     */
    public TextTable build() {
        if (rows.isEmpty()) {
            throw new InputException(source + ": empty split, there are no rows; give a file with at least one text");
        }
        return new TextTable(source, rows, unit);
    }
}
