// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.util.List;

/**
 * What a tensor's values are like.
 *
 * @param nan number of values that are not a number
 * @param infinite number of infinite values
 * @param smallest of the finite values; null if there is none
 * @param largest of the finite values; null if there is none
 * @param zeroRows number of rows that are zero throughout; a tensor with one axis is one row
 * @param oddRows the rows of a matrix whose norms are the furthest from the others', the furthest first; at most 10
 */
public record TensorValues(long nan, long infinite, Float smallest, Float largest, int zeroRows, List<OddRow> oddRows) {
    /**
     * A row that is unlike the others.
     *
     * @param row from 0; in a word embedding it is the token's id
     * @param norm Euclidean
     * @param medianNorm of all rows
     * @param deviations how many robust standard deviations (1.4826 × median absolute deviation) the norm is above the
     *     median; negative: below
     */
    public record OddRow(int row, double norm, double medianNorm, double deviations) {}
}
