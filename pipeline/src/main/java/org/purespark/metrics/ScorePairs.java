// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.commons.math3.stat.correlation.SpearmansCorrelation;
import org.purespark.task.Answers;
import org.purespark.task.Measure;
import org.purespark.task.Task;

/**
 * True scores and those that a model gives. Target 0 is a score that is too high, target 1 one that is too low, each by
 * at least the task's shift.
 *
 * <p>Parts are kept as they come and put together in pairs of like size, so that n texts take n·log(n) steps to merge.
 */
public final class ScorePairs implements Tally {
    private static final long serialVersionUID = 1L;

    /** Score too high. */
    public static final int UP = 0;

    /** Score too low. */
    public static final int DOWN = 1;

    private final Task.Score task;
    /** Not sorted; each is shorter than the one before. */
    private final ArrayList<Part> parts;

    /**
     * Scores of texts, and what they should be.
     *
     * @param groups the group that each is ranked in; empty where all are ranked together
     */
    private record Part(float[] truths, float[] scores, int[] groups) implements Serializable {
        int size() {
            return truths.length;
        }

        Part with(Part more) {
            int[] both = Arrays.copyOf(groups, groups.length + more.groups.length);
            System.arraycopy(more.groups, 0, both, groups.length, more.groups.length);
            return new Part(joined(truths, more.truths), joined(scores, more.scores), both);
        }

        private static float[] joined(float[] first, float[] second) {
            float[] both = Arrays.copyOf(first, first.length + second.length);
            System.arraycopy(second, 0, both, first.length, second.length);
            return both;
        }
    }

    private ScorePairs(Task.Score task, List<Part> parts) {
        this.task = task;
        this.parts = new ArrayList<>(parts);
        while (this.parts.size() > 1 && last(1).size() <= 2L * last(0).size()) {
            Part joined = last(1).with(last(0));
            this.parts.remove(this.parts.size() - 1);
            this.parts.set(this.parts.size() - 1, joined);
        }
    }

    private Part last(int before) {
        return parts.get(parts.size() - 1 - before);
    }

    /**
     * The scores of texts that have an answer.
     *
     * @param logits [B][1]
     * @param answers of the same texts; with groups where the task ranks in groups
     */
    public static ScorePairs of(Task.Score task, float[][] logits, Answers answers) {
        int[] groups = groups(task, answers);
        int known = 0;
        for (int b = 0; b < logits.length; b++) {
            known += answers.has(b) ? 1 : 0;
        }
        float[] truths = new float[known];
        float[] scores = new float[known];
        int[] ofKnown = new int[groups.length == 0 ? 0 : known];
        int at = 0;
        for (int b = 0; b < logits.length; b++) {
            if (answers.has(b)) {
                truths[at] = answers.of(b, 0);
                scores[at] = task.of(logits[b][0]);
                if (groups.length > 0) {
                    ofKnown[at] = groups[b];
                }
                at++;
            }
        }
        return new ScorePairs(task, List.of(new Part(truths, scores, ofKnown)));
    }

    private static int[] groups(Task.Score task, Answers answers) {
        if (task.measure() != Measure.NDCG) {
            return new int[0];
        }
        if (answers instanceof Answers.Grouped grouped) {
            return grouped.groups();
        }
        throw new IllegalArgumentException("answers without groups for " + task);
    }

    @Override
    public long texts() {
        return parts.stream().mapToLong(Part::size).sum();
    }

    @Override
    public ScorePairs merge(Tally other) {
        if (!(other instanceof ScorePairs more) || !more.task.equals(task)) {
            throw new IllegalArgumentException("scores of " + task + " do not merge with " + other);
        }
        ScorePairs merged = this;
        for (Part part : more.parts) {
            List<Part> all = new ArrayList<>(merged.parts);
            all.add(part);
            merged = new ScorePairs(task, all);
        }
        return merged;
    }

    /** The task's measure; empty with fewer than two texts, or none to rank in any group. */
    @Override
    public OptionalDouble quality() {
        Part all = parts.stream().reduce(Part::with).orElseThrow();
        if (task.measure() == Measure.NDCG) {
            return DiscountedGain.mean(all.truths(), all.scores(), all.groups());
        }
        if (all.size() < 2) {
            return OptionalDouble.empty();
        }
        double correlation = new SpearmansCorrelation().correlation(doubles(all.truths()), doubles(all.scores()));
        // Not a number where all scores are the same: such a model ranks nothing.
        return OptionalDouble.of(correlation > 0 ? Math.min(1, correlation) : 0);
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, i -> values[i]);
        return doubles;
    }

    @Override
    public int targets() {
        return 2;
    }

    @Override
    public OptionalDouble labelFlipRate(int target) {
        long flipped = 0;
        long able = 0;
        for (Part part : parts) {
            for (int i = 0; i < part.size(); i++) {
                if (canShift(task, part.truths()[i], target)) {
                    able++;
                    flipped += shifted(task, part.truths()[i], part.scores()[i], target) ? 1 : 0;
                }
            }
        }
        return able == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) flipped / able);
    }

    /** Whether a text with that true score has room for a shift to the target. */
    public static boolean canShift(Task.Score task, double truth, int target) {
        return target == UP ? truth + task.shift() <= task.high() : truth - task.shift() >= task.low();
    }

    /** Whether a score is away from another one by the shift, in the target's direction. */
    public static boolean shifted(Task.Score task, double from, double to, int target) {
        return (target == UP ? to - from : from - to) >= task.shift();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ScorePairs that
                && task.equals(that.task)
                && Arrays.equals(all(), that.all())
                && Arrays.equals(groups(), that.groups());
    }

    @Override
    public int hashCode() {
        return 31 * task.hashCode() + Arrays.hashCode(all());
    }

    private int[] groups() {
        return parts.stream().flatMapToInt(part -> Arrays.stream(part.groups())).toArray();
    }

    /** Truths and scores in the order of the texts. */
    private float[] all() {
        float[] all = new float[2 * Math.toIntExact(texts())];
        int at = 0;
        for (Part part : parts) {
            for (int i = 0; i < part.size(); i++) {
                all[at++] = part.truths()[i];
                all[at++] = part.scores()[i];
            }
        }
        return all;
    }

    @Override
    public String toString() {
        return "ScorePairs of " + texts() + " texts, " + task;
    }
}
