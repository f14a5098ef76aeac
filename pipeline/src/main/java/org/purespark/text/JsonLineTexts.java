// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.storage.JsonReason;

/** Texts from a file with one JSON object on each line; the objects may have other members too. */
final class JsonLineTexts {
    private final String source;
    private final LabelColumn labels;
    private final TextLimits limits;
    private final ObjectReader json = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    JsonLineTexts(String source, LabelColumn labels, TextLimits limits) {
        this.source = source;
        this.labels = labels;
        this.limits = limits;
    }

    /**
     * Reads all lines.
     *
     * @throws InputException for a bad line or none at all
     */
    void read(Reader reader, RowSink sink) throws IOException {
        BufferedReader lines = new BufferedReader(reader);
        CheckedRows checked = new CheckedRows(source, RowUnit.LINE, labels, limits, sink);
        BlankLines blanks = new BlankLines(source);
        long number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            if (line.isBlank()) {
                blanks.blank(number);
            } else {
                blanks.row();
                add(checked, number, parse(number, line));
            }
        }
        checked.end();
    }

    private JsonNode parse(long number, String line) {
        JsonNode node;
        try {
            node = json.readTree(line);
        } catch (JsonProcessingException e) {
            String column = e.getLocation() == null
                    ? ""
                    : ", character " + e.getLocation().getColumnNr();
            throw new InputException(
                    RowUnit.LINE.place(source, number) + column + ": not valid JSON (" + JsonReason.of(e)
                            + "); write one JSON object a line",
                    e);
        }
        if (!node.isObject()) {
            throw new InputException(RowUnit.LINE.place(source, number) + ": a JSON " + kind(node)
                    + " where an object is expected; write one JSON object a line");
        }
        return node;
    }

    private void add(CheckedRows checked, long number, JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        TextColumns columns = TextColumns.find(RowUnit.LINE.place(source, number), names, labels);
        String textName = names.get(columns.text());
        JsonNode text = object.get(textName);
        if (!text.isTextual()) {
            throw wrongKind(number, textName, text, "a string");
        }
        String label = null;
        if (columns.label().isPresent()) {
            String labelName = names.get(columns.label().getAsInt());
            label = label(number, labelName, object.get(labelName));
        }
        checked.add(number, wellFormed(number, textName, text.textValue()), label);
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
        String integer = label.isNumber() ? "an integer (1, not 1.0)" : "an integer";
        throw wrongKind(number, name, label, "a string or " + integer);
    }

    private InputException wrongKind(long number, String name, JsonNode found, String expected) {
        return new InputException(RowUnit.LINE.place(source, number) + ", column " + Shown.of(name.strip())
                + ": a JSON " + kind(found) + " where " + expected + " is expected");
    }

    private static String kind(JsonNode node) {
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
                throw new InputException(RowUnit.LINE.place(source, number) + ", column " + Shown.of(name.strip())
                        + String.format(
                                Locale.ROOT, ": \\u%04x is half of a surrogate pair; write both halves", (int) c));
            }
        }
        return value;
    }
}
