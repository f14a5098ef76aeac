// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.purespark.InputException;
import org.purespark.Shown;

/** Rows that are JSON objects; they may have other members too. */
final class JsonRows {
    private final String source;
    private final RowUnit unit;
    private final LabelColumn labels;
    private final TextRules rules;
    private final CheckedRows checked;
    /** Of the second texts' column in the rows so far; null if there is none. */
    private String secondName;

    JsonRows(String source, RowUnit unit, LabelColumn labels, TextRules rules, RowSink sink) {
        this.source = source;
        this.unit = unit;
        this.labels = labels;
        this.rules = rules;
        this.checked = new CheckedRows(source, unit, labels, rules, sink);
    }

    /**
     * Adds a row.
     *
     * @param number of its line or element, from 1
     * @param object an object
     * @throws InputException if a column is missing, or of another type
     */
    void add(long number, JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        requireSecond(number, names);
        TextColumns columns = TextColumns.find(unit.place(source, number), names, rules.columns(), labels);
        String text = text(number, names.get(columns.text()), object);
        String second = null;
        if (columns.second().isPresent()) {
            String name = names.get(columns.second().getAsInt());
            second = text(number, name, object);
            secondName = name.strip();
        }
        String label = null;
        if (columns.label().isPresent()) {
            String labelName = names.get(columns.label().getAsInt());
            label = label(number, labelName, object.get(labelName));
        } else if (!columns.indicators().isEmpty()) {
            List<String> indicators =
                    columns.indicators().stream().map(names::get).toList();
            List<String> values =
                    indicators.stream().map(name -> object.get(name).asText()).toList();
            label = LabelCells.ofIndicators(indicators, values, unit.place(source, number));
        }
        checked.add(number, new TextParts(text, second), label);
    }

    private void requireSecond(long number, List<String> names) {
        if (secondName != null && names.stream().map(String::strip).noneMatch(secondName::equals)) {
            throw new InputException(unit.place(source, number) + ", column " + Shown.of(secondName)
                    + ": the row has no second text, and the rows before it have one; give each row one, or read"
                    + " single texts with " + PairColumn.SETTING + "=none");
        }
    }

    private String text(long number, String name, JsonNode object) {
        JsonNode text = object.get(name);
        if (!text.isTextual()) {
            throw wrongKind(number, name, text, "a string");
        }
        return wellFormed(number, name, text.textValue());
    }

    private String label(long number, String name, JsonNode label) {
        if (label.isNull()) {
            return null;
        }
        if (label.isTextual()) {
            return wellFormed(number, name, label.textValue());
        }
        if (label.isIntegralNumber()) {
            return label.bigIntegerValue().toString();
        }
        LabelForm form = rules.columns().cells().form();
        if (label.isNumber() && form == LabelForm.SCORE) {
            return label.asText();
        }
        if (label.isArray() && form == LabelForm.SET) {
            return wellFormed(number, name, label.toString());
        }
        if (label.isArray() && form == LabelForm.CLASS) {
            throw new InputException(unit.place(source, number) + ", column " + Shown.of(name.strip())
                    + ": a list of labels where a text has one class; with task.kind=multi-label it has many labels");
        }
        throw wrongKind(
                number,
                name,
                label,
                switch (form) {
                    case CLASS -> "a string or an integer" + (label.isNumber() ? " (1, not 1.0)" : "");
                    case SET -> "a list of the names of the text's labels";
                    case SCORE -> "one number, the score,";
                });
    }

    private InputException wrongKind(long number, String name, JsonNode found, String expected) {
        return new InputException(unit.place(source, number) + ", column " + Shown.of(name.strip()) + ": a JSON "
                + kind(found) + " where " + expected + " is expected");
    }

    /** To be called after the last row. */
    void end() {
        checked.end();
    }

    /** Text, number, object and so on, for messages. */
    static String kind(JsonNode node) {
        return node.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    /** A JSON escape can be half of a surrogate pair, which is not a character and has no UTF-8 form. */
    private String wellFormed(long number, String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Character.isHighSurrogate(c)
                    && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new InputException(unit.place(source, number) + ", column " + Shown.of(name.strip())
                        + String.format(
                                Locale.ROOT, ": \\u%04x is half of a surrogate pair; write both halves", (int) c));
            }
        }
        return value;
    }
}
