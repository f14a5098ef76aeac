// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The tokens that read each row of an embedding.
 *
 * @param rows [distinct] the rows that are read, ascending
 * @param starts [distinct + 1] where each row's tokens start
 * @param tokens [N] row after row, ascending
 */
record TokensOfRows(int[] rows, int[] starts, int[] tokens) {
    /** @param rowOf [N] row of each token */
    static TokensOfRows of(int[] rowOf) {
        int[] tokens = IntStream.range(0, rowOf.length)
                .boxed()
                .sorted(Comparator.comparingInt(n -> rowOf[n]))
                .mapToInt(Integer::intValue)
                .toArray();
        int[] rows = new int[rowOf.length];
        int[] starts = new int[rowOf.length + 1];
        int distinct = 0;
        for (int at = 0; at < tokens.length; at++) {
            if (at == 0 || rowOf[tokens[at]] != rowOf[tokens[at - 1]]) {
                rows[distinct] = rowOf[tokens[at]];
                starts[distinct] = at;
                distinct++;
            }
        }
        starts[distinct] = tokens.length;
        return new TokensOfRows(Arrays.copyOf(rows, distinct), Arrays.copyOf(starts, distinct + 1), tokens);
    }
}
