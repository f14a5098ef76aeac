package org.purespark.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.purespark.evaluate.EncodedBatch;

/**
 * A batch with the candidate sets that it is to be evaluated with: numbers {@code from} to {@code to} - 1.
 *
 * @param batch texts
 */
record EvaluationItem(EncodedBatch batch, int from, int to) implements Serializable {
    /**
     * Cuts all pairs of batch and set, in the order of the batches and within a batch of the sets, into parts that differ
     * by one pair at most.
     *
     * @param sets of each batch, at least 1
     * @param most parts, at least 1; there are fewer where there are fewer pairs
     */
    static List<ArrayList<EvaluationItem>> cut(List<EncodedBatch> batches, int sets, int most) {
        long pairs = (long) batches.size() * sets;
        int count = (int) Math.min(most, pairs);
        List<ArrayList<EvaluationItem>> parts = new ArrayList<>();
        for (int p = 0; p < count; p++) {
            ArrayList<EvaluationItem> part = new ArrayList<>();
            long end = (p + 1) * pairs / count;
            for (long pair = p * pairs / count; pair < end; ) {
                int from = (int) (pair % sets);
                int to = (int) Math.min(sets, from + end - pair);
                part.add(new EvaluationItem(batches.get((int) (pair / sets)), from, to));
                pair += to - from;
            }
            parts.add(part);
        }
        return parts;
    }
}
