// SPDX-License-Identifier: Apache-2.0
package org.purespark.batch;

/** How often tokens are in texts. */
public final class TokenCounts {
    private TokenCounts() {}

    /**
     * [V] the number of times each token id is in the texts, special tokens too; at most 2^31 - 1.
     *
     * @param vocabulary V
     * @throws IllegalArgumentException for a token id that is not below V
     */
    public static int[] of(EncodedSplit texts, int vocabulary) {
        int[] counts = new int[vocabulary];
        for (int text = 0; text < texts.size(); text++) {
            for (int id : texts.ids(text)) {
                if (id >= vocabulary) {
                    throw new IllegalArgumentException(
                            "token id " + id + " of text " + text + " is not in a vocabulary of " + vocabulary);
                }
                counts[id] += counts[id] == Integer.MAX_VALUE ? 0 : 1;
            }
        }
        return counts;
    }
}
