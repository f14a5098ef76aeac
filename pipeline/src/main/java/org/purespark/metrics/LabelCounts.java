// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import java.util.Arrays;
import java.util.OptionalDouble;
import org.purespark.task.Answers;
import org.purespark.task.Task;

/**
 * How often each of C labels is given, and how often rightly. Target 2·c is label c given to texts without it, target
 * 2·c + 1 is label c taken from texts that have it.
 *
 * @param counts [C][true 0 or 1][given 0 or 1], none negative
 */
public record LabelCounts(long[][][] counts) implements Tally {
    public LabelCounts {
        if (counts.length == 0) {
            throw new IllegalArgumentException("counts of labels need at least one label");
        }
        counts = copy(counts);
        for (int c = 0; c < counts.length; c++) {
            for (int truth = 0; truth < 2; truth++) {
                for (int given = 0; given < 2; given++) {
                    if (counts[c][truth][given] < 0) {
                        throw new IllegalArgumentException("label " + c + " has a negative count");
                    }
                }
            }
        }
    }

    /**
     * The counts of texts that have an answer.
     *
     * @param logits [B][C]
     * @param answers of the same texts: 0 or 1 for each label
     */
    public static LabelCounts of(Task.ManyLabels task, float[][] logits, Answers answers, int classes) {
        long[][][] counts = new long[classes][2][2];
        for (int b = 0; b < logits.length; b++) {
            for (int c = 0; answers.has(b) && c < classes; c++) {
                counts[c][answers.of(b, c) > 0 ? 1 : 0][task.gives(logits[b][c]) ? 1 : 0]++;
            }
        }
        return new LabelCounts(counts);
    }

    @Override
    public long[][][] counts() {
        return copy(counts);
    }

    /** C. */
    public int classes() {
        return counts.length;
    }

    @Override
    public long texts() {
        return Arrays.stream(counts[0]).flatMapToLong(Arrays::stream).sum();
    }

    @Override
    public LabelCounts merge(Tally other) {
        if (!(other instanceof LabelCounts more) || more.counts.length != counts.length) {
            throw new IllegalArgumentException("counts of " + counts.length + " labels do not merge with " + other);
        }
        long[][][] merged = copy(counts);
        for (int c = 0; c < merged.length; c++) {
            for (int truth = 0; truth < 2; truth++) {
                for (int given = 0; given < 2; given++) {
                    merged[c][truth][given] += more.counts[c][truth][given];
                }
            }
        }
        return new LabelCounts(merged);
    }

    /** {@link org.purespark.task.Measure#MICRO_F1}; empty if no text has a label and none is given one. */
    @Override
    public OptionalDouble quality() {
        long right = 0;
        long wrong = 0;
        for (long[][] label : counts) {
            right += label[1][1];
            wrong += label[0][1] + label[1][0];
        }
        return right + wrong == 0 ? OptionalDouble.empty() : OptionalDouble.of(2.0 * right / (2.0 * right + wrong));
    }

    @Override
    public int targets() {
        return 2 * counts.length;
    }

    @Override
    public OptionalDouble labelFlipRate(int target) {
        int truth = target % 2;
        long[] given = counts[target / 2][truth];
        long texts = given[0] + given[1];
        return texts == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) given[1 - truth] / texts);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LabelCounts that && Arrays.deepEquals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(counts);
    }

    @Override
    public String toString() {
        return "LabelCounts" + Arrays.deepToString(counts);
    }

    private static long[][][] copy(long[][][] labels) {
        long[][][] copy = new long[labels.length][2][];
        for (int c = 0; c < labels.length; c++) {
            copy[c][0] = labels[c][0].clone();
            copy[c][1] = labels[c][1].clone();
        }
        return copy;
    }
}
