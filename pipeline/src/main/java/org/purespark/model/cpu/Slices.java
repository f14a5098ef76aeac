// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

/**
 * Columns, cut into pieces of about the same size by their number alone.
 *
 * @param columns number of them
 * @param most columns of a piece
 */
record Slices(int columns, int most) {
    int pieces() {
        return (columns + most - 1) / most;
    }

    int first(int piece) {
        return (int) ((long) columns * piece / pieces());
    }
}
