// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

/** Reads a whole split of texts. */
public interface TextReader {
    /**
     * Reads all rows, in the source's order. The text column is named {@code text}, {@code sentence} or
     * {@code sentences}, the label column {@code label} or {@code labels}; other columns are ignored. Labels are
     * strings or integers; the integer 1 and the string {@code 1} are the same label. Spaces around column names and
     * labels are removed; texts stay as they are, and may be empty.
     *
     * @param address a file, or for Parquet also a directory
     * @return at least one row
     * @throws org.purespark.InputException if the source is missing, unreadable, empty or has a bad row; the message
     *     names source, line (row for Parquet) and column
     */
    TextTable read(String address, LabelColumn labels);
}
