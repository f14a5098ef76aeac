// SPDX-License-Identifier: Apache-2.0
package org.purespark.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * A batch and one of the candidate sets, or of the groups of neighbouring ones, with which it is evaluated.
 *
 * @param batch index of the batch in its split, from 0
 * @param set number of the set or group, from 0
 */
record EvaluationItem(int batch, int set) implements Serializable {
    /**
     * Cuts all pairs of batch and set into parts, in the order of the batches, and of the sets within a batch. The
     * parts differ by at most one round. A round has as many pairs as a task computes at the same time; only the last
     * round of all may have fewer.
     *
     * @param from index of the first batch
     * @param to end of the batches
     * @param sets number of sets of each batch, at least 1
     * @param most largest number of parts, at least 1; there are fewer parts if there are fewer rounds
     * @param lanes pairs in a round, at least 1
     */
    static List<ArrayList<EvaluationItem>> cut(int from, int to, int sets, int most, int lanes) {
        long pairs = (long) (to - from) * sets;
        long rounds = (pairs + lanes - 1) / lanes;
        int count = (int) Math.min(most, rounds);
        List<ArrayList<EvaluationItem>> parts = new ArrayList<>();
        for (int p = 0; p < count; p++) {
            ArrayList<EvaluationItem> part = new ArrayList<>();
            long end = Math.min(pairs, (p + 1) * rounds / count * lanes);
            for (long pair = p * rounds / count * lanes; pair < end; pair++) {
                part.add(new EvaluationItem(from + (int) (pair / sets), (int) (pair % sets)));
            }
            parts.add(part);
        }
        return parts;
    }
}
