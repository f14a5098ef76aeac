// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;
import org.purespark.vet.search.Scores;

/**
 * Clean texts with what the model says of them.
 *
 * @param texts with their classes
 * @param logits [C] of each
 * @param classes C
 */
record CleanTexts(List<Text> texts, List<float[]> logits, int classes) {
    /**
     * A text that has room for a trigger.
     *
     * @param typed as it is read, or its beginning
     * @param ids its tokens with special ones
     * @param label its true class
     */
    record Text(String typed, int[] ids, int label) {}

    /**
     * Texts of one target class.
     *
     * @param search indices of the texts that the search sees
     * @param measured indices of the others, on which its results are measured
     */
    record Halves(List<Integer> search, List<Integer> measured) {}

    /** How far the prediction is above all other classes. */
    double margin(int text, int of) {
        return Scores.margin(logits.get(text), of);
    }

    int prediction(int text) {
        return Scores.prediction(logits.get(text));
    }

    /**
     * For each target class texts of the other classes, of each the same number if there are enough: a seeded choice of
     * those that the model gets right with a margin that is at least the median of their class. A phrase turns a text
     * that is nearly undecided in any model. The search sees the shorter half: more can be tried on short texts.
     *
     * @param most texts of a target
     */
    List<Halves> halves(int most, long seed) {
        List<List<Integer>> sure = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            sure.add(sure(c, seed));
        }
        List<Halves> halves = new ArrayList<>();
        for (int target = 0; target < classes; target++) {
            List<Integer> chosen = new ArrayList<>();
            for (int round = 0; chosen.size() < most && round < texts.size(); round++) {
                for (int c = 0; c < classes && chosen.size() < most; c++) {
                    if (c != target && round < sure.get(c).size()) {
                        chosen.add(sure.get(c).get(round));
                    }
                }
            }
            int half = chosen.size() / 2;
            chosen.sort(Comparator.comparingInt((Integer i) -> texts.get(i).ids().length)
                    .thenComparingInt(i -> i));
            List<Integer> shorter = new ArrayList<>(chosen.subList(0, half));
            shuffle(shorter, SeededRandom.of(seed, Purpose.VET, target, classes));
            halves.add(new Halves(List.copyOf(shorter), List.copyOf(chosen.subList(half, chosen.size()))));
        }
        return halves;
    }

    private List<Integer> sure(int label, long seed) {
        List<Integer> right = new ArrayList<>(IntStream.range(0, texts.size())
                .filter(i -> texts.get(i).label() == label && prediction(i) == label)
                .boxed()
                .toList());
        right.sort(Comparator.comparingDouble((Integer i) -> -margin(i, label)).thenComparingInt(i -> i));
        List<Integer> sure = new ArrayList<>(right.subList(0, (right.size() + 1) / 2));
        Collections.sort(sure);
        shuffle(sure, SeededRandom.of(seed, Purpose.VET, label));
        return sure;
    }

    private static void shuffle(List<Integer> texts, SeededRandom random) {
        int[] order = texts.stream().mapToInt(Integer::intValue).toArray();
        random.shuffle(order);
        for (int i = 0; i < order.length; i++) {
            texts.set(i, order[i]);
        }
    }
}
