// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.util.ArrayList;
import java.util.List;

/**
 * Columns of the used heads of a layer in a matrix with columns of all heads, in runs without a gap.
 *
 * @param all columns of the matrix
 * @param used columns of used heads
 * @param runs in their order
 */
record HeadColumns(int all, int used, List<Run> runs) {
    /**
     * @param from its first column
     * @param at its first column in a matrix of the used ones alone
     * @param count number of columns
     */
    record Run(int from, int at, int count) {}

    /**
     * @param gates [A]: 0 for a pruned head
     * @param columns of the matrix: a multiple of the heads' columns, head after head in each part
     * @param parts such as 3 for queries, keys and values
     */
    static HeadColumns of(float[] gates, int columns, int parts) {
        int size = columns / parts / gates.length;
        List<Run> runs = new ArrayList<>();
        int used = 0;
        for (int head = 0; head < parts * gates.length; ) {
            int first = head;
            while (head < parts * gates.length && gates[head % gates.length] != 0) {
                head++;
            }
            if (head > first) {
                runs.add(new Run(first * size, used, (head - first) * size));
                used += (head - first) * size;
            } else {
                head++;
            }
        }
        return new HeadColumns(columns, used, runs);
    }

    /** Whether so many heads are pruned, a third, that products without them are worth the copies. */
    boolean areFew() {
        return used > 0 && 3 * used <= 2 * all;
    }
}
