// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.Reader;
import org.purespark.InputException;
import org.purespark.storage.JsonReason;

/**
 * Texts from a file that is one JSON array of objects, which may have other members too. One object at a time is in
 * memory. Rows are numbered from 1.
 */
final class JsonArrayTexts {
    private static final String ADVICE = "; write one array of JSON objects";

    private final String source;
    private final LabelColumn labels;
    private final TextRules rules;

    /** Without the table of names, which would grow with an array whose objects have ever other names. */
    private final ObjectReader json = new JsonMapper(JsonFactory.builder()
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .reader();

    JsonArrayTexts(String source, LabelColumn labels, TextRules rules) {
        this.source = source;
        this.labels = labels;
        this.rules = rules;
    }

    /**
     * Reads all elements.
     *
     * @param bounds holds each element to the size that it may have
     * @param characters of the whole file, read from {@code bounds}
     * @throws InputException for a bad element, none at all, or something before or after the array
     */
    void read(StrictUtf8Reader bounds, Reader characters, RowSink sink) throws IOException {
        JsonRows rows = new JsonRows(source, RowUnit.ROW, labels, rules, sink);
        long number = 1;
        bounds.beginElement(number);
        try (JsonParser parser = json.createParser(characters)) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_ARRAY) {
                throw new InputException(place(parser.currentTokenLocation()) + ": no array begins here" + ADVICE);
            }
            for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                if (token != JsonToken.START_OBJECT) {
                    throw new InputException(RowUnit.ROW.place(source, number) + ": a JSON " + kind(token)
                            + " where an object is expected" + ADVICE);
                }
                rows.add(number, json.readTree(parser));
                number++;
                bounds.beginElement(number);
            }
            if (parser.nextToken() != null) {
                throw new InputException(
                        place(parser.currentTokenLocation()) + ": something follows the end of the array" + ADVICE);
            }
        } catch (JsonProcessingException e) {
            throw new InputException(
                    (e.getLocation() == null ? RowUnit.ROW.place(source, number) : place(e.getLocation()))
                            + ": not valid JSON (" + JsonReason.of(e) + ")" + ADVICE,
                    e);
        }
        rows.end();
    }

    private String place(JsonLocation location) {
        return RowUnit.LINE.place(source, location.getLineNr()) + ", character " + location.getColumnNr();
    }

    private static String kind(JsonToken token) {
        return switch (token) {
            case START_ARRAY -> "array";
            case VALUE_STRING -> "string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "number";
            case VALUE_TRUE, VALUE_FALSE -> "boolean";
            default -> "null";
        };
    }
}
