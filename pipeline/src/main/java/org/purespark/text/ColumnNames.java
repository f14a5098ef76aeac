// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.config.TextSettings;

/**
 * The names by which the columns of text and label are found; a column that the user names has no other name. A name
 * that the user gives to one of them is not taken for the other.
 *
 * @param text as the user names it, without spaces around it; empty for one of the usual names
 * @param label as the user names it, without spaces around it; empty for one of the usual names
 * @param pair which column holds the second texts
 * @param cells what the labels look like
 */
public record ColumnNames(Optional<String> text, Optional<String> label, PairColumn pair, LabelCells cells) {
    /** {@code text}, {@code sentence} or {@code sentences}, and {@code label} or {@code labels}. */
    public static final ColumnNames USUAL =
            new ColumnNames(Optional.empty(), Optional.empty(), new PairColumn.Usual(), LabelCells.CLASSES);

    static final List<String> TEXT_NAMES = List.of("text", "sentence", "sentences");
    private static final List<String> LABEL_NAMES = List.of("label", "labels");

    /** The value of {@link PairColumn#SETTING} for single texts. */
    private static final String NO_PAIRS = "none";

    /** @throws InputException if a name is blank, or two are the same */
    public static ColumnNames of(TextSettings settings, LabelCells cells) {
        Optional<String> second = named(PairColumn.SETTING, settings.pairColumn());
        ColumnNames names = new ColumnNames(
                named(Column.TEXT.setting(), settings.textColumn()),
                named(Column.LABEL.setting(), settings.labelColumn()),
                pairColumn(second),
                cells);
        if (names.text.isPresent() && names.text.equals(names.label)) {
            throw new InputException(Column.TEXT.setting() + " and " + Column.LABEL.setting() + " are both "
                    + Shown.of(names.text.get()) + "; name two columns");
        }
        for (Column column : Column.values()) {
            if (names.pair instanceof PairColumn.Named && second.equals(names.given(column))) {
                throw new InputException(column.setting() + " and " + PairColumn.SETTING + " are both "
                        + Shown.of(second.get()) + "; name two columns");
            }
        }
        return names;
    }

    private static PairColumn pairColumn(Optional<String> name) {
        if (name.isEmpty()) {
            return new PairColumn.Usual();
        }
        return name.get().equals(NO_PAIRS) ? new PairColumn.None() : new PairColumn.Named(name.get());
    }

    private static Optional<String> named(String setting, String name) {
        Optional<String> stripped = Optional.ofNullable(name).map(String::strip);
        if (stripped.isPresent() && stripped.get().isEmpty()) {
            throw new InputException(setting + " is blank; name a column, or set it to null for the usual names");
        }
        return stripped;
    }

    /**
     * The names of the 0/1 columns, one for each label, that take the place of a column of labels: those that the user
     * names with commas between them, else those of the model's labels. Empty if labels are no sets.
     */
    List<String> indicators() {
        if (cells.form() != LabelForm.SET) {
            return List.of();
        }
        return label.map(names -> Stream.of(names.split(",")).map(String::strip).toList())
                .orElse(cells.names());
    }

    /** The column's name, if the user gives one. */
    Optional<String> given(Column column) {
        return column == Column.TEXT ? text : label;
    }

    /** The names that the column may have. */
    List<String> allowed(Column column) {
        Optional<String> given = given(column);
        if (given.isPresent()) {
            return List.of(given.get());
        }
        Optional<String> other = given(column == Column.TEXT ? Column.LABEL : Column.TEXT);
        return (column == Column.TEXT ? TEXT_NAMES : LABEL_NAMES)
                .stream().filter(name -> !other.equals(Optional.of(name))).toList();
    }

    /** The column's name in messages. */
    String shown(Column column) {
        return given(column).map(Shown::of).orElse(column.word());
    }

    /** What a column holds. */
    enum Column {
        TEXT("text"),
        LABEL("label");

        private final String word;

        Column(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }

        /** The key of the column's name. */
        String setting() {
            return "text." + word + "-column";
        }
    }
}
