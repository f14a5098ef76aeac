// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import org.purespark.config.CsvDelimiter;
import org.purespark.config.Settings;

/**
 * What the user says of the files of texts.
 *
 * @param limits how much one file may hold
 * @param columns the names of its columns
 * @param delimiter what separates the fields of CSV
 */
public record TextRules(TextLimits limits, ColumnNames columns, CsvDelimiter delimiter) {
    /** @throws org.purespark.InputException if a column's name cannot be one */
    public static TextRules of(Settings settings) {
        return of(settings, LabelCells.CLASSES);
    }

    /**
     * @param cells what the labels look like
     * @throws org.purespark.InputException if a column's name cannot be one
     */
    public static TextRules of(Settings settings, LabelCells cells) {
        return new TextRules(
                TextLimits.of(settings.data()),
                ColumnNames.of(settings.text(), cells),
                settings.data().delimiter());
    }

    /** The name of the labels' column, for messages. */
    public String labelColumn() {
        return columns.shown(ColumnNames.Column.LABEL);
    }

    /** Columns of the usual names, with commas between them. */
    public static TextRules usual(TextLimits limits) {
        return new TextRules(limits, ColumnNames.USUAL, CsvDelimiter.COMMA);
    }
}
