// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

/** The character between two fields of CSV. */
public enum CsvDelimiter implements Spelt {
    COMMA(',', ",", "a comma"),
    SEMICOLON(';', ";", "a semicolon"),
    PIPE('|', "|", "a vertical bar"),
    TAB('\t', "tab", "a tab");

    private final char character;
    private final String spelling;
    private final String words;

    CsvDelimiter(char character, String spelling, String words) {
        this.character = character;
        this.spelling = spelling;
        this.words = words;
    }

    public char character() {
        return character;
    }

    @Override
    public String spelling() {
        return spelling;
    }

    /** For messages, with its article. */
    public String words() {
        return words;
    }
}
