// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

/**
 * Rows of a product's result, cut into pieces of about the same size, by their number alone. A piece is whole units of
 * {@value #UNIT} rows, the last one has the rest too: so few numbers of rows are multiplied, and a primitive is made
 * once for each.
 *
 * @param rows R
 */
record RowBlocks(int rows) {
    static final int UNIT = 16;

    /** Of one multiplication. */
    static final int MOST_ROWS = 128;

    /** Fewer are faster in one piece. */
    private static final int LEAST_OF_TWO = 96;

    /** Number of pieces: even, so that two threads have the same to do, if it is not 1. */
    int pieces() {
        if (rows < LEAST_OF_TWO) {
            return 1;
        }
        int blocks = (rows + MOST_ROWS - 1) / MOST_ROWS;
        return blocks + blocks % 2;
    }

    int first(int piece) {
        int units = rows / UNIT;
        return piece == pieces() ? rows : (int) ((long) units * piece / pieces()) * UNIT;
    }

    /** Number of rows that are multiplied next, if {@code left} of a piece are left: a power of 2, or whole units. */
    static int next(int left) {
        if (left >= UNIT) {
            return Math.min(MOST_ROWS, left / UNIT * UNIT);
        }
        return Integer.highestOneBit(left);
    }
}
