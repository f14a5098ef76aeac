// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

/**
 * The statistic for the score of a head: the variance of its CLS attention. The published runs take the variance over a
 * fixed number of entries of the zero-padded row; here the padding is counted, not computed.
 */
public final class ClsVariance {
    private ClsVariance() {}

    /**
     * The unbiased variance of the first N = {@code maxLength} - 1 entries of the CLS attention, zero-padded to
     * {@code maxLength}: (s2 - s1²/N) / (N - 1), s1 the sum of the entries and s2 that of their squares. A text of full
     * length has one entry more than N; its last entry does not count.
     *
     * @param attention holds the CLS attention of one text and head
     * @param from where in {@code attention} that row starts
     * @param length T, the text's own tokens, padding not counted: 0 to {@code maxLength}
     * @param maxLength the most tokens of a text in the run, at least 3
     * @return at least 0
     * @throws IllegalArgumentException for lengths out of range
     */
    public static double of(float[] attention, int from, int length, int maxLength) {
        requireLengths(length, maxLength);
        if (from < 0 || from > attention.length - length) {
            throw new IllegalArgumentException("CLS attention of " + length + " entries from " + from
                    + " is not within the array of " + attention.length);
        }
        int n = maxLength - 1;
        int real = Math.min(length, n);
        double sum = 0;
        double squares = 0;
        for (int i = from; i < from + real; i++) {
            double entry = attention[i];
            sum += entry;
            squares += entry * entry;
        }
        return ofSums(sum, squares, n);
    }

    /**
     * The same of the sums over the first N entries.
     *
     * @param sum s1
     * @param squares s2
     */
    public static double of(double sum, double squares, int length, int maxLength) {
        requireLengths(length, maxLength);
        return ofSums(sum, squares, maxLength - 1);
    }

    private static void requireLengths(int length, int maxLength) {
        if (maxLength < 3) {
            throw new IllegalArgumentException("max-length " + maxLength + ": a variance needs at least 3");
        }
        if (length < 0 || length > maxLength) {
            throw new IllegalArgumentException("text of " + length + " tokens: must be 0 to max-length, " + maxLength);
        }
    }

    private static double ofSums(double sum, double squares, int n) {
        // Rounding can make it negative if all N entries are equal.
        return Math.max(0, (squares - sum * sum / n) / (n - 1));
    }
}
