// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.purespark.InputException;
import org.purespark.Shown;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;

/**
 * A train split divided in two.
 *
 * @param rows number of rows of the split
 * @param heldOut the rows that are held out for validation
 */
public record HoldOut(int rows, BitSet heldOut) {
    public HoldOut {
        heldOut = (BitSet) heldOut.clone();
    }

    /**
     * Holds out a share of each class, rounded to whole texts and at least one, drawn by the seed. The choice within a
     * class depends only on the seed and on the class's place among the sorted labels.
     *
     * @param labels of the train split
     * @param numbers the number of each row's label
     * @param share above 0, below 1
     * @param purpose what the rest is for
     * @throws InputException if a class has fewer than two texts: one of the parts would have none
     */
    public static HoldOut share(FoundLabels labels, int[] numbers, double share, Purpose purpose, long seed) {
        BitSet held = new BitSet(numbers.length);
        int[][] rows = rowsOfNumbers(numbers, labels.places().size());
        List<FoundLabels.Place> places = labels.places();
        List<Integer> sorted = IntStream.range(0, places.size())
                .boxed()
                .sorted(Comparator.comparing(number -> places.get(number).label()))
                .toList();
        for (int place = 0; place < sorted.size(); place++) {
            int number = sorted.get(place);
            int[] indices = rows[number];
            if (indices.length < 2) {
                throw new InputException(places.get(number).inWords() + ": label "
                        + Shown.of(places.get(number).label())
                        + " has this one text only, too few to hold out a validation set; add texts of it or give a"
                        + " validation file");
            }
            SeededRandom.of(seed, purpose, place).shuffle(indices);
            long count = Math.min(indices.length - 1, Math.max(1, Math.round(indices.length * share)));
            Arrays.stream(indices).limit(count).forEach(held::set);
        }
        return new HoldOut(numbers.length, held);
    }

    /**
     * Holds out a share of all rows, rounded to whole texts and at least one, drawn by the seed.
     *
     * @param rows number of rows of the train split
     * @param share above 0, below 1
     * @param purpose what the rest is for
     * @param source of the rows, for messages
     * @throws InputException if there are fewer than two texts: one of the parts would have none
     */
    public static HoldOut share(String source, int rows, double share, Purpose purpose, long seed) {
        if (rows < 2) {
            throw new InputException(source + ": it has one text only, too few to hold out a validation set; add texts"
                    + " or give a validation file");
        }
        int[] order = new int[rows];
        Arrays.setAll(order, i -> i);
        SeededRandom.of(seed, purpose, 0).shuffle(order);
        BitSet held = new BitSet(rows);
        Arrays.stream(order)
                .limit(Math.min(rows - 1, Math.max(1, Math.round(rows * share))))
                .forEach(held::set);
        return new HoldOut(rows, held);
    }

    /**
     * Holds out a share of the groups, rounded to whole groups and at least one, drawn by the seed, each with all of
     * its rows.
     *
     * @param source of the rows, for messages
     * @param groups the group of each row, numbered from 0
     * @param share above 0, below 1
     * @param purpose what the rest is for
     * @throws InputException if there are fewer than two groups: one of the parts would have none
     */
    public static HoldOut ofGroups(String source, int[] groups, double share, Purpose purpose, long seed) {
        int count = 1 + Arrays.stream(groups).max().orElse(-1);
        if (count < 2) {
            throw new InputException(source + ": all pairs have the same first text, so no group can be held out for"
                    + " validation; add pairs of other first texts or give a validation file");
        }
        BitSet heldGroups = share(source, count, share, purpose, seed).heldOut();
        BitSet held = new BitSet(groups.length);
        for (int row = 0; row < groups.length; row++) {
            held.set(row, heldGroups.get(groups[row]));
        }
        return new HoldOut(groups.length, held);
    }

    private static int[][] rowsOfNumbers(int[] numbers, int labels) {
        int[] counts = new int[labels];
        for (int number : numbers) {
            counts[number]++;
        }
        int[][] rows = new int[labels][];
        Arrays.setAll(rows, number -> new int[counts[number]]);
        for (int row = numbers.length - 1; row >= 0; row--) {
            rows[numbers[row]][--counts[numbers[row]]] = row;
        }
        return rows;
    }

    /** The rows to train on. */
    public BitSet kept() {
        BitSet kept = heldOut();
        kept.flip(0, rows);
        return kept;
    }

    /** The rows that are held out. */
    @Override
    public BitSet heldOut() {
        return (BitSet) heldOut.clone();
    }
}
