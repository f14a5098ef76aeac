// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.io.IOException;
import java.util.List;
import org.purespark.InputException;
import org.purespark.Shown;

/** Texts from rows of fields under a header. */
final class DelimitedTexts {
    /**
     * One row of a delimited file.
     *
     * @param line the row's first line, from 1
     * @param fields at least one; a blank line has one empty field
     */
    record FieldRow(long line, List<String> fields) {}

    /** The rows of a delimited file, header first. */
    interface RowSource {
        /** The next row, null at the end. */
        FieldRow next() throws IOException;

        /** How a field that holds the delimiter is written, for messages. */
        String advice();

        /** What may be wrong with a header that lacks a column, for messages; empty if nothing more is known. */
        default String doubt(List<String> header) {
            return "";
        }
    }

    private final String source;
    private final LabelColumn labels;
    private final TextRules rules;

    DelimitedTexts(String source, LabelColumn labels, TextRules rules) {
        this.source = source;
        this.labels = labels;
        this.rules = rules;
    }

    /**
     * Reads all rows.
     *
     * @throws InputException for a bad header, a bad row or none at all
     */
    void read(RowSource rows, RowSink sink) throws IOException {
        FieldRow header = rows.next();
        if (header == null) {
            throw new InputException(source + ": empty split, the file is empty; its first line must name the columns ("
                    + rules.columns().shown(ColumnNames.Column.TEXT) + ", "
                    + rules.columns().shown(ColumnNames.Column.LABEL) + ")");
        }
        TextColumns columns = columns(header, rows);
        CheckedRows checked = new CheckedRows(source, RowUnit.LINE, labels, rules, sink);
        BlankLines blanks = new BlankLines(source);
        int width = header.fields().size();
        for (FieldRow row = rows.next(); row != null; row = rows.next()) {
            List<String> fields = row.fields();
            if (width > 1 && fields.size() == 1 && fields.get(0).isEmpty()) {
                blanks.blank(row.line());
                continue;
            }
            blanks.row();
            if (fields.size() != width) {
                throw wrongWidth(row, header.fields(), rows.advice());
            }
            String second =
                    columns.second().isPresent() ? fields.get(columns.second().getAsInt()) : null;
            checked.add(
                    row.line(),
                    new TextParts(fields.get(columns.text()), second),
                    label(row, header.fields(), columns));
        }
        checked.end();
    }

    private String label(FieldRow row, List<String> header, TextColumns columns) {
        if (columns.label().isPresent()) {
            return row.fields().get(columns.label().getAsInt());
        }
        if (columns.indicators().isEmpty()) {
            return null;
        }
        return LabelCells.ofIndicators(
                columns.indicators().stream().map(header::get).toList(),
                columns.indicators().stream().map(row.fields()::get).toList(),
                RowUnit.LINE.place(source, row.line()));
    }

    private TextColumns columns(FieldRow header, RowSource rows) {
        String place = RowUnit.LINE.place(source, header.line());
        try {
            return TextColumns.find(place, header.fields(), rules.columns(), labels);
        } catch (InputException e) {
            throw new InputException(e.getMessage() + rows.doubt(header.fields()), e);
        }
    }

    private InputException wrongWidth(FieldRow row, List<String> header, String advice) {
        int fields = row.fields().size();
        String names = Shown.list(header.stream().map(String::strip).toList());
        String which = fields < header.size()
                ? "column " + Shown.of(header.get(fields).strip()) + " is missing"
                : "column " + (header.size() + 1) + " has no name";
        return new InputException(RowUnit.LINE.place(source, row.line()) + ": " + which + ", the row has " + fields
                + " and the header " + header.size() + " (" + names + "); " + advice);
    }
}
