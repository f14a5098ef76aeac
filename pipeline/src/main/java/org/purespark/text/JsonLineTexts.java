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
import org.purespark.InputException;
import org.purespark.storage.JsonReason;

/** Texts from a file with one JSON object on each line; the objects may have other members too. */
final class JsonLineTexts {
    private final String source;
    private final LabelColumn labels;
    private final TextRules rules;
    private final ObjectReader json = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    JsonLineTexts(String source, LabelColumn labels, TextRules rules) {
        this.source = source;
        this.labels = labels;
        this.rules = rules;
    }

    /**
     * Reads all lines.
     *
     * @throws InputException for a bad line or none at all
     */
    void read(Reader reader, RowSink sink) throws IOException {
        BufferedReader lines = new BufferedReader(reader);
        JsonRows rows = new JsonRows(source, RowUnit.LINE, labels, rules, sink);
        BlankLines blanks = new BlankLines(source);
        long number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            if (line.isBlank()) {
                blanks.blank(number);
            } else {
                blanks.row();
                rows.add(number, parse(number, line));
            }
        }
        rows.end();
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
            throw new InputException(RowUnit.LINE.place(source, number) + ": a JSON " + JsonRows.kind(node)
                    + " where an object is expected; write one JSON object a line");
        }
        return node;
    }
}
