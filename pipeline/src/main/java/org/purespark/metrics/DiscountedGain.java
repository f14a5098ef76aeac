// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** {@link org.purespark.task.Measure#NDCG}. The order of the texts does not matter. */
final class DiscountedGain {
    private DiscountedGain() {}

    /**
     * The mean over groups; empty if none has two texts and a gain.
     *
     * @param gains [n] true scores, from 0
     * @param scores [n] of the model
     * @param groups [n] number of each text's group
     */
    static OptionalDouble mean(float[] gains, float[] scores, int[] groups) {
        TreeMap<Integer, List<Integer>> texts = new TreeMap<>();
        IntStream.range(0, gains.length).forEach(text -> texts.computeIfAbsent(groups[text], group -> new ArrayList<>())
                .add(text));
        double sum = 0;
        int counted = 0;
        for (List<Integer> group : texts.values()) {
            double best = best(group, gains);
            if (group.size() > 1 && best > 0) {
                sum += gain(group, gains, scores) / best;
                counted++;
            }
        }
        return counted == 0 ? OptionalDouble.empty() : OptionalDouble.of(Math.min(1, sum / counted));
    }

    private static double best(List<Integer> group, float[] gains) {
        double[] sorted =
                group.stream().mapToDouble(text -> gains[text]).sorted().toArray();
        double best = 0;
        for (int rank = 1; rank <= sorted.length; rank++) {
            best += sorted[sorted.length - rank] * discount(rank);
        }
        return best;
    }

    /** Texts of the same score have the mean of their gains at each of their ranks. */
    private static double gain(List<Integer> group, float[] gains, float[] scores) {
        Integer[] order = group.toArray(Integer[]::new);
        Arrays.sort(
                order,
                Comparator.comparingDouble((Integer text) -> -scores[text]).thenComparingDouble(text -> -gains[text]));
        double gain = 0;
        for (int from = 0; from < order.length; ) {
            double gainOfTied = 0;
            double discounts = 0;
            int to = from;
            while (to < order.length && scores[order[to]] == scores[order[from]]) {
                gainOfTied += gains[order[to]];
                discounts += discount(++to);
            }
            gain += gainOfTied / (to - from) * discounts;
            from = to;
        }
        return gain;
    }

    private static double discount(int rank) {
        return Math.log(2) / Math.log(1.0 + rank);
    }
}
