// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;

/**
 * A train split divided in two, each part in the original order.
 *
 * @param train the texts to train on
 * @param validation the texts that are held out
 */
public record HoldOut(TextTable train, TextTable validation) {
    /**
     * Holds out a share of each class, rounded to whole texts and at least one, drawn by the seed. The choice within a
     * class depends only on the seed and on the class's place among the sorted labels.
     *
     * @param train every row labelled
     * @param share above 0, at most 0.5
     * @throws InputException if a class has fewer than two texts: one of the parts would have none
     */
    public static HoldOut share(TextTable train, double share, long seed) {
        Map<String, List<Integer>> byLabel = new TreeMap<>();
        for (int i = 0; i < train.size(); i++) {
            String label = train.rows().get(i).label();
            if (label == null) {
                throw new InputException(
                        train.place(i) + ", column label: the row has no label; give it one or remove" + " the row");
            }
            byLabel.computeIfAbsent(label, unused -> new ArrayList<>()).add(i);
        }
        Set<Integer> held = new HashSet<>();
        int place = 0;
        for (Map.Entry<String, List<Integer>> entry : byLabel.entrySet()) {
            int[] indices =
                    entry.getValue().stream().mapToInt(Integer::intValue).toArray();
            if (indices.length < 2) {
                throw new InputException(train.place(indices[0]) + ": label " + entry.getKey()
                        + " has this one text only, too few to hold out a validation set; add texts of it or give a"
                        + " validation file");
            }
            SeededRandom.of(seed, Purpose.HOLD_OUT, place++).shuffle(indices);
            long count = Math.max(1, Math.round(indices.length * share));
            for (int i = 0; i < count; i++) {
                held.add(indices[i]);
            }
        }
        List<LabelledText> kept = new ArrayList<>();
        List<LabelledText> heldOut = new ArrayList<>();
        for (int i = 0; i < train.size(); i++) {
            (held.contains(i) ? heldOut : kept).add(train.rows().get(i));
        }
        return new HoldOut(
                new TextTable(train.source(), kept, train.unit()),
                new TextTable(train.source(), heldOut, train.unit()));
    }
}
