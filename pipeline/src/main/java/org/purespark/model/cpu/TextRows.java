// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.util.Arrays;

/**
 * Rows of one text in an array of all texts' rows, copied as a whole. A head's part is only a few cache lines of each
 * row; reading these one by one is slower than reading whole rows.
 *
 * @param entries row after row, without padding; belongs to one thread's scratch
 * @param rows of the text
 * @param stride entries of a row
 */
record TextRows(float[] entries, int rows, int stride) {
    /** Room for rows, up to the next multiple of four and a vector more; contents are undefined. */
    static TextRows in(Scratch scratch, int rows, int stride) {
        return new TextRows(scratch.floats(SmallProducts.paddedRows(rows) * stride + VectorLanes.COUNT), rows, stride);
    }

    /** The columns from {@code column} on. */
    SmallProducts.Matrix from(int column) {
        return new SmallProducts.Matrix(entries, stride, column);
    }

    /** Reads the rows from {@code first} on. */
    TextRows read(HostArray from, int first) {
        from.get((long) first * stride, entries, 0, rows * stride);
        return this;
    }

    /** Reads {@code count} columns of the rows from {@code first} on to columns from {@code to} on. */
    void read(HostArray array, int first, int from, int to, int count) {
        for (int t = 0; t < rows; t++) {
            array.get((long) (first + t) * array.size(1) + from, entries, t * stride + to, count);
        }
    }

    /** Adds a bias to each row. */
    TextRows plus(float[] bias) {
        for (int t = 0; t < rows; t++) {
            Sums.add(entries, t * stride, bias, 0, stride);
        }
        return this;
    }

    /** Writes the rows from {@code first} on. */
    void write(HostArray to, int first) {
        to.put((long) first * stride, entries, 0, rows * stride);
    }

    /** Writes {@code count} columns to the columns from {@code to} on of the rows from {@code first} on. */
    void write(HostArray array, int first, int from, int to, int count) {
        for (int t = 0; t < rows; t++) {
            array.put((long) (first + t) * array.size(1) + to, entries, t * stride + from, count);
        }
    }

    /** Adds {@code count} entries of each row, from {@code from} on, to those of {@code sum} from {@code to} on. */
    void addTo(float[] sum, int from, int to, int count) {
        for (int t = 0; t < rows; t++) {
            Sums.add(sum, to, entries, t * stride + from, count);
        }
    }

    /** Makes {@code count} columns zero. */
    void clear(int column, int count) {
        for (int t = 0; t < rows; t++) {
            int at = t * stride + column;
            Arrays.fill(entries, at, at + count, 0f);
        }
    }
}
