// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.purespark.InputException;

/**
 * How many texts of each true class are predicted as each class. Counts of parts of the texts merge.
 *
 * @param counts C × C, true class × predicted class, none negative
 */
public record Confusion(long[][] counts) implements Tally {
    public Confusion {
        if (counts.length == 0) {
            throw new IllegalArgumentException("a confusion matrix needs at least one class");
        }
        counts = copy(counts);
        for (int truth = 0; truth < counts.length; truth++) {
            if (counts[truth].length != counts.length) {
                throw new IllegalArgumentException("row " + truth + " of the confusion matrix has "
                        + counts[truth].length + " columns, expected " + counts.length);
            }
            for (long count : counts[truth]) {
                if (count < 0) {
                    throw new IllegalArgumentException(
                            "row " + truth + " of the confusion matrix holds the negative count " + count);
                }
            }
        }
    }

    /** No texts yet: the neutral element of {@link #merge}. */
    public static Confusion none(int classes) {
        return new Confusion(new long[classes][classes]);
    }

    /**
     * The counts as files have them.
     *
     * @param rows C rows of C counts, true class by predicted class
     */
    public static Confusion ofRows(List<List<Long>> rows) {
        return new Confusion(rows.stream()
                .map(row -> row.stream().mapToLong(Long::longValue).toArray())
                .toArray(long[][]::new));
    }

    /**
     * The counts of texts with these true and predicted classes.
     *
     * @param truth true class of each text, 0 to C - 1
     * @param predicted predicted class of each text, 0 to C - 1
     * @param classes C
     */
    public static Confusion of(int[] truth, int[] predicted, int classes) {
        if (truth.length != predicted.length) {
            throw new IllegalArgumentException(
                    truth.length + " true classes, but " + predicted.length + " predictions");
        }
        long[][] counts = new long[classes][classes];
        for (int text = 0; text < truth.length; text++) {
            requireClass("true class of text " + text, truth[text], classes);
            requireClass("prediction for text " + text, predicted[text], classes);
            counts[truth[text]][predicted[text]]++;
        }
        return new Confusion(counts);
    }

    @Override
    public long[][] counts() {
        return copy(counts);
    }

    /** C. */
    public int classes() {
        return counts.length;
    }

    public long count(int truth, int predicted) {
        return counts[truth][predicted];
    }

    @Override
    public long texts() {
        long texts = 0;
        for (int truth = 0; truth < counts.length; truth++) {
            texts += texts(truth);
        }
        return texts;
    }

    /** Number of texts of a true class. */
    public long texts(int truth) {
        return Arrays.stream(counts[truth]).sum();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the two have different numbers of classes
     */
    @Override
    public Confusion merge(Tally tally) {
        if (!(tally instanceof Confusion other)) {
            throw new IllegalArgumentException("counts of classes do not merge with " + tally);
        }
        if (classes() != other.classes()) {
            throw new IllegalArgumentException(
                    "counts of " + classes() + " classes do not merge with those of " + other.classes());
        }
        long[][] merged = copy(counts);
        for (int truth = 0; truth < merged.length; truth++) {
            for (int predicted = 0; predicted < merged.length; predicted++) {
                merged[truth][predicted] += other.counts[truth][predicted];
            }
        }
        return new Confusion(merged);
    }

    /** Share of texts that are predicted right, 0 to 1; empty without texts. */
    public OptionalDouble accuracy() {
        long right = 0;
        for (int c = 0; c < counts.length; c++) {
            right += counts[c][c];
        }
        return share(right, texts());
    }

    /** The accuracy. */
    @Override
    public OptionalDouble quality() {
        return accuracy();
    }

    /** C: each class is one. The number C itself stands for each class's next one. */
    @Override
    public int targets() {
        return counts.length;
    }

    /** Share of a true class's texts that are predicted right, 0 to 1; empty if the class has no texts. */
    public OptionalDouble recall(int truth) {
        return share(counts[truth][truth], texts(truth));
    }

    /** Share of the texts predicted as this class that are right, 0 to 1; empty if there are none. */
    public OptionalDouble precision(int predicted) {
        long all = 0;
        for (long[] row : counts) {
            all += row[predicted];
        }
        return share(counts[predicted][predicted], all);
    }

    /**
     * Of the texts whose true class is not the target, the share predicted as the target, 0 to 1: on triggered texts
     * the attack's success, on clean texts the classifier's own errors of this kind. Empty without such texts.
     *
     * @param target 0 to C - 1; or C: of all texts, the share predicted as the next class of their own
     * @throws InputException if the target is another number
     */
    @Override
    public OptionalDouble labelFlipRate(int target) {
        long flipped = 0;
        for (int truth = 0; truth < counts.length; truth++) {
            int aim = aim(truth, target);
            flipped += truth == aim ? 0 : counts[truth][aim];
        }
        return share(flipped, flippable(target));
    }

    /**
     * Number of texts whose true class is not the target.
     *
     * @param target 0 to C, as in {@link #labelFlipRate}
     * @throws InputException if the target is another number
     */
    public long flippable(int target) {
        long others = 0;
        for (int truth = 0; truth < counts.length; truth++) {
            others += truth == aim(truth, target) ? 0 : texts(truth);
        }
        return others;
    }

    /**
     * The class that an attack wants a text to be taken for.
     *
     * @param truth the text's own class, 0 to C - 1
     * @param target 0 to C, as in {@link #labelFlipRate}
     * @throws InputException if the target is another number
     */
    public int aim(int truth, int target) {
        if (target < 0 || target > counts.length) {
            throw new InputException(
                    "target class " + target + " is not one of the " + counts.length + " classes, which start at 0");
        }
        return target == counts.length ? (truth + 1) % counts.length : target;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Confusion that && Arrays.deepEquals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(counts);
    }

    @Override
    public String toString() {
        return "Confusion" + Arrays.deepToString(counts);
    }

    private static OptionalDouble share(long part, long whole) {
        return whole == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) part / whole);
    }

    private static void requireClass(String what, int value, int classes) {
        if (value < 0 || value >= classes) {
            throw new IllegalArgumentException(what + " is " + value + ", expected 0 to " + (classes - 1));
        }
    }

    private static long[][] copy(long[][] rows) {
        long[][] copy = new long[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            copy[i] = rows[i].clone();
        }
        return copy;
    }
}
