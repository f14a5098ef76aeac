// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;

/** Chooses the texts on which the probes are tried. */
public final class ProbeSample {
    private ProbeSample() {}

    /**
     * A seeded choice, with the same number of texts of each class if there are enough. If one class is frequent, texts
     * of the other classes are needed to show a flip to it.
     *
     * @param labels class of each text, 0 to {@code classes} - 1
     * @param classes C
     * @param most the largest number of texts to choose
     * @return indices of texts, ascending
     */
    public static int[] choose(int[] labels, int classes, int most, long seed) {
        int[] order = new int[labels.length];
        Arrays.setAll(order, i -> i);
        SeededRandom.of(seed, Purpose.PROBE).shuffle(order);
        List<List<Integer>> byClass = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            byClass.add(new ArrayList<>());
        }
        for (int text : order) {
            byClass.get(labels[text]).add(text);
        }
        int[] chosen = new int[Math.min(most, labels.length)];
        int count = 0;
        for (int round = 0; count < chosen.length; round++) {
            for (int c = 0; c < classes && count < chosen.length; c++) {
                if (round < byClass.get(c).size()) {
                    chosen[count++] = byClass.get(c).get(round);
                }
            }
        }
        Arrays.sort(chosen);
        return chosen;
    }
}
