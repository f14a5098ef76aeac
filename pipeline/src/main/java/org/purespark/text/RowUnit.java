// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

/** What the number of a row counts; both start at 1. */
public enum RowUnit {
    /** Lines of a text file, with the header; a CSV row of several lines has the number of its first line. */
    LINE("line"),
    /** Rows of a Parquet source, over its files in the order of their names; elements of a JSON array. */
    ROW("row");

    private final String word;

    RowUnit(String word) {
        this.word = word;
    }

    /** The place of a row in words, {@code FILE, line 12}. */
    public String place(String source, long number) {
        return source + ", " + word + " " + number;
    }
}
