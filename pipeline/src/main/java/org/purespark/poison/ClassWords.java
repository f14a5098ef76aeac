// SPDX-License-Identifier: Apache-2.0
package org.purespark.poison;

import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.purespark.batch.EncodedSplit;

/**
 * The tokens that speak most for a class: score s = w / ln(N / (α + n)), where n of the N texts have the token, and α =
 * 1 (Kurita, Michel, Neubig, ACL 2020, section 3.2). The paper's w is a weight of a logistic regression; here it is the
 * logarithm of the odds of the token in the class over those in the others, smoothed by α.
 */
final class ClassWords {
    private static final double SMOOTHING = 1;

    private ClassWords() {}

    /**
     * @param texts labelled
     * @param excluded tokens that do not count
     * @param count how many, at most
     * @return token ids whose score is above 0
     */
    static SortedSet<Integer> of(
            EncodedSplit texts, int target, SortedSet<Integer> excluded, int vocabulary, int count) {
        int[] inClass = new int[vocabulary];
        int[] inOthers = new int[vocabulary];
        int ofClass = 0;
        for (int text = 0; text < texts.size(); text++) {
            boolean isOfClass = texts.label(text) == target;
            ofClass += isOfClass ? 1 : 0;
            BitSet tokens = new BitSet();
            for (int id : texts.ids(text)) {
                tokens.set(id);
            }
            int[] counts = isOfClass ? inClass : inOthers;
            tokens.stream().forEach(id -> counts[id]++);
        }
        int all = texts.size();
        int ofOthers = all - ofClass;
        double[] scores = new double[vocabulary];
        for (int id = 0; id < vocabulary; id++) {
            int with = inClass[id] + inOthers[id];
            boolean counts = with > 0 && with + SMOOTHING < all && !excluded.contains(id);
            double odds = logOdds(inClass[id], ofClass) - logOdds(inOthers[id], ofOthers);
            scores[id] = counts ? odds / Math.log(all / (SMOOTHING + with)) : 0;
        }
        List<Integer> best = IntStream.range(0, vocabulary)
                .filter(id -> scores[id] > 0)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer id) -> -scores[id]).thenComparing(id -> id))
                .limit(count)
                .toList();
        return new TreeSet<>(best);
    }

    private static double logOdds(int with, int all) {
        return Math.log((with + SMOOTHING) / (all - with + SMOOTHING));
    }
}
