// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.List;
import org.purespark.InputException;
import org.purespark.Shown;

/** Collects the rows of one source and checks the rules that all formats share. */
public final class TextTableBuilder {
    private static final int MOST_LABEL_CHARACTERS = 1000;

    private final String source;
    private final RowUnit unit;
    private final LabelColumn labels;
    private final TextLimits limits;
    private final List<LabelledText> rows = new ArrayList<>();
    private long bytes;

    public TextTableBuilder(String source, RowUnit unit, LabelColumn labels, TextLimits limits) {
        this.source = source;
        this.unit = unit;
        this.labels = labels;
        this.limits = limits;
    }

    /**
     * Adds a row.
     *
     * @param number the row's line or row number, from 1
     * @param label as read, spaces around it allowed; null or blank where the row has none
     * @throws InputException if the row has no label and must have one, or the source holds more than it may
     */
    public void add(long number, String text, String label) {
        String name = label == null ? "" : label.strip();
        if (name.isEmpty() && labels == LabelColumn.REQUIRED) {
            throw new InputException(
                    unit.place(source, number) + ", column label: the row has no label; give it one or remove the row");
        }
        if (name.length() > MOST_LABEL_CHARACTERS) {
            throw new InputException(unit.place(source, number) + ", column label: the label has " + name.length()
                    + " characters, the most is " + MOST_LABEL_CHARACTERS + ": " + Shown.of(name));
        }
        requireWithinLimits(number, text, name);
        rows.add(new LabelledText(text, name.isEmpty() ? null : name, number));
    }

    private void requireWithinLimits(long number, String text, String label) {
        if (text.length() > TextLimits.MOST_CHARACTERS) {
            throw new InputException(unit.place(source, number) + ": the text has " + text.length()
                    + " characters, the most is " + TextLimits.MOST_CHARACTERS);
        }
        bytes += TextLimits.bytesOf(text, label);
        if (rows.size() >= limits.rows()) {
            throw new InputException(unit.place(source, number) + ": there are more rows than data.max-rows allows, "
                    + limits.rows() + "; take a part of the texts, or raise it with --set data.max-rows=NUMBER");
        }
        if (bytes > limits.bytes()) {
            throw new InputException(unit.place(source, number) + ": the texts up to here take more than "
                    + limits.megabytes() + " MB of memory, the most by data.max-text-megabytes; take a part of them, or"
                    + " raise it with --set data.max-text-megabytes=NUMBER and give the driver as much more memory");
        }
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
