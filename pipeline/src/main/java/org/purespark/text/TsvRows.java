// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.List;

/** Rows of an unquoted tab-separated file: a quotation mark is a character like any other. */
final class TsvRows implements DelimitedTexts.RowSource {
    private final BufferedReader lines;
    private long line;

    TsvRows(Reader reader) {
        this.lines = new BufferedReader(reader);
    }

    @Override
    public DelimitedTexts.FieldRow next() throws IOException {
        String text = lines.readLine();
        line++;
        return text == null ? null : new DelimitedTexts.FieldRow(line, List.of(text.split("\t", -1)));
    }

    @Override
    public String advice() {
        return "separate the columns with one tab each; a text that holds a tab needs CSV or JSON lines";
    }
}
