// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.List;
import org.purespark.InputException;
import org.purespark.Shown;

/** Checks the rules that all formats share, and passes on the rows of one source. */
public final class CheckedRows {
    private static final int MOST_LABEL_CHARACTERS = 1000;
    private static final int MOST_SET_CHARACTERS = 100_000;
    /** What a set without any label is. */
    private static final String EMPTY_SET = LabelNames.text(List.of());

    private final String source;
    private final RowUnit unit;
    private final LabelColumn labels;
    private final TextLimits limits;
    private final String labelPlace;
    private final LabelForm labelForm;
    private final RowSink sink;
    private TextParts.Form form;
    private long rows;
    private long bytes;

    /** @param sink gets the rows that pass */
    public CheckedRows(String source, RowUnit unit, LabelColumn labels, TextRules rules, RowSink sink) {
        this.source = source;
        this.unit = unit;
        this.labels = labels;
        this.limits = rules.limits();
        this.labelPlace = ", column " + rules.labelColumn();
        this.labelForm = rules.columns().cells().form();
        this.sink = sink;
    }

    /**
     * Adds a row.
     *
     * @param number the row's line or row number, from 1
     * @param label as read, spaces around it allowed; null where the row has none; blank too, unless labels are sets
     * @throws SinkFailure if the sink fails, unless it refuses the row
     * @throws InputException if the row has no label and must have one, is a pair where the rows before it are single
     *     texts or the other way, or the source holds more than it may
     */
    public void add(long number, TextParts text, String label) {
        requireSameForm(number, text.form());
        String name = label == null ? "" : label.strip();
        if (labelForm == LabelForm.SET && label != null && name.isEmpty()) {
            name = EMPTY_SET;
        }
        int mostCharacters = labelForm == LabelForm.SET ? MOST_SET_CHARACTERS : MOST_LABEL_CHARACTERS;
        if (name.isEmpty() && labels == LabelColumn.REQUIRED) {
            throw new InputException(
                    unit.place(source, number) + labelPlace + ": the row has no label; give it one or remove the row");
        }
        if (name.length() > mostCharacters) {
            throw new InputException(unit.place(source, number) + labelPlace + ": the label has " + name.length()
                    + " characters, the most is " + mostCharacters + ": " + Shown.of(name));
        }
        requireOfForm(number, name);
        requireWithinLimits(number, text, name);
        rows++;
        LabelledText row = new LabelledText(text, name.isEmpty() ? null : name, number);
        try {
            sink.row(unit, row);
        } catch (InputException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new SinkFailure(e);
        }
    }

    private void requireOfForm(long number, String label) {
        if (label.isEmpty()) {
            return;
        }
        String place = unit.place(source, number) + labelPlace;
        switch (labelForm) {
            case CLASS -> {
                // any text is a class
            }
            case SET -> LabelNames.of(label, place);
            case SCORE -> ScoreText.parse(label, place);
        }
    }

    private void requireSameForm(long number, TextParts.Form ofRow) {
        if (form == null) {
            form = ofRow;
        }
        if (form != ofRow) {
            throw new InputException(unit.place(source, number)
                    + switch (ofRow) {
                        case SINGLE -> ": the row has no second text, and the rows before it have one";
                        case PAIR -> ": the row has a second text, and the rows before it have none";
                    }
                    + "; give each row one, or read single texts with " + PairColumn.SETTING + "=none");
        }
    }

    private void requireWithinLimits(long number, TextParts text, String label) {
        int longest =
                Math.max(text.first().length(), text.length() - text.first().length());
        if (longest > TextLimits.MOST_CHARACTERS) {
            throw new InputException(unit.place(source, number) + ": the text has " + longest
                    + " characters, the most is " + TextLimits.MOST_CHARACTERS);
        }
        bytes += text.length() + label.length();
        if (rows >= limits.rows()) {
            throw new InputException(unit.place(source, number) + ": there are more rows than data.max-rows allows, "
                    + limits.rows() + "; take a part of the texts, or raise it with --set data.max-rows=NUMBER");
        }
        if (bytes > limits.bytes()) {
            throw new InputException(unit.place(source, number) + ": the texts up to here have more than "
                    + limits.megabytes() + " million characters, the most by data.max-text-megabytes; take a part of"
                    + " them, or raise it with --set data.max-text-megabytes=NUMBER");
        }
    }

    /**
     * To be called after the last row.
     *
     * @throws InputException if there is none
     */
    public void end() {
        if (rows == 0) {
            throw new InputException(source + ": empty split, there are no rows; give a file with at least one text");
        }
    }
}
