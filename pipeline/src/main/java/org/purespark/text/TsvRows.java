// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import org.purespark.InputException;

/**
 * Rows of an unquoted tab-separated file: a quotation mark is a character like any other. A line ends with LF or CRLF.
 */
final class TsvRows implements DelimitedTexts.RowSource {
    private static final int BUFFER_CHARACTERS = 1 << 13;

    private final String source;
    private final Reader reader;
    private final char[] buffer = new char[BUFFER_CHARACTERS];
    private int at;
    private int end;
    private long line;

    TsvRows(String source, Reader reader) {
        this.source = source;
        this.reader = reader;
    }

    @Override
    public DelimitedTexts.FieldRow next() throws IOException {
        int character = read();
        if (character < 0) {
            return null;
        }
        line++;
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        while (character >= 0 && character != '\n') {
            if (character == '\t') {
                fields.add(field.toString());
                field.setLength(0);
            } else if (character != '\r') {
                field.append((char) character);
            }
            boolean carriageReturn = character == '\r';
            character = read();
            if (carriageReturn && character != '\n') {
                throw new InputException(RowUnit.LINE.place(source, line) + ", column " + (fields.size() + 1)
                        + ": a carriage return (CR) without a line feed (LF) behind it; end lines with LF or CRLF, and"
                        + " write texts that hold line breaks as CSV or JSON lines");
            }
        }
        fields.add(field.toString());
        return new DelimitedTexts.FieldRow(line, fields);
    }

    /** The next character, -1 at the end. */
    private int read() throws IOException {
        if (at == end) {
            end = Math.max(reader.read(buffer, 0, buffer.length), 0);
            at = 0;
        }
        return end == 0 ? -1 : buffer[at++];
    }

    @Override
    public String advice() {
        return "separate the columns with one tab each; a text that holds a tab needs CSV or JSON lines";
    }
}
