// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import org.apache.commons.math3.stat.correlation.SpearmansCorrelation;
import org.junit.jupiter.api.Test;
import org.purespark.task.Answers;
import org.purespark.task.LossKind;
import org.purespark.task.Measure;
import org.purespark.task.Task;
import org.purespark.task.TaskKind;

class TaskTalliesTest {
    private static final Task.ManyLabels MANY = new Task.ManyLabels(0.5);
    private static final Task.Score SCORE = new Task.Score(LossKind.SQUARED_ERROR, 1, 0, 4);

    /** Label 0: right, missed, wrongly given; label 1: never there, given once. The last text has no answer. */
    @Test
    void labelsAreCountedOneByOne() {
        float[][] logits = {{2, -1}, {-1, -1}, {1, 3}, {9, 9}};
        Answers answers = new Answers.Rows(new float[][] {{1, 0}, {1, 0}, {0, 0}, null});
        LabelCounts counts = LabelCounts.of(MANY, logits, answers, 2);
        assertThat(counts.texts()).isEqualTo(3);
        assertThat(counts.counts()).isDeepEqualTo(new long[][][] {{{0, 1}, {1, 1}}, {{2, 1}, {0, 0}}});
        // one right, two wrongly given, one missed: 2·1 / (2·1 + 3)
        assertThat(counts.quality()).isEqualTo(OptionalDouble.of(0.4));
        assertThat(counts.targets()).isEqualTo(4);
        assertThat(counts.labelFlipRate(0)).isEqualTo(OptionalDouble.of(1));
        assertThat(counts.labelFlipRate(1)).isEqualTo(OptionalDouble.of(0.5));
        assertThat(counts.labelFlipRate(2).getAsDouble()).isCloseTo(1 / 3.0, within(1e-15));
        assertThat(counts.labelFlipRate(3)).isEmpty();
        assertThat(counts.merge(counts).texts()).isEqualTo(6);
        assertThat(counts.merge(counts).quality()).isEqualTo(counts.quality());
        assertThatThrownBy(() -> counts.merge(Confusion.none(2))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theThresholdIsAProbability() {
        Task.ManyLabels strict = new Task.ManyLabels(0.9);
        assertThat(strict.gives(2.19f)).isFalse();
        assertThat(strict.gives(2.2f)).isTrue();
        assertThat(MANY.gives(0)).isTrue();
        assertThat(MANY.gives(-0.001f)).isFalse();
        assertThatThrownBy(() -> new Task.ManyLabels(1)).hasMessage("threshold 1.0 must be above 0 and below 1");
    }

    @Test
    void aScoreIsFlippedWhenItIsAwayFromTheTruthByTheShift() {
        float[][] logits = {{1.0f}, {3.5f}, {2.9f}, {0.5f}};
        Answers answers = new Answers.Rows(new float[][] {{0}, {2}, {4}, {1}});
        ScorePairs pairs = ScorePairs.of(SCORE, logits, answers);
        // the text with score 4 cannot go up, that with 0 cannot go down
        assertThat(pairs.labelFlipRate(ScorePairs.UP).getAsDouble()).isCloseTo(2 / 3.0, within(1e-15));
        assertThat(pairs.labelFlipRate(ScorePairs.DOWN).getAsDouble()).isCloseTo(1 / 3.0, within(1e-15));
        assertThat(pairs.quality().getAsDouble()).isCloseTo(0.6, within(1e-12));
    }

    @Test
    void scoresOfAnyPartsMergeToTheSame() {
        Random random = new Random(5);
        int texts = 500;
        float[][] logits = new float[texts][];
        float[][] truths = new float[texts][];
        double[] x = new double[texts];
        double[] y = new double[texts];
        for (int i = 0; i < texts; i++) {
            // few different values, so that there are many ties
            logits[i] = new float[] {random.nextInt(40) / 10f};
            truths[i] = i % 7 == 3 ? null : new float[] {random.nextInt(9) / 2f};
        }
        int known = 0;
        for (int i = 0; i < texts; i++) {
            if (truths[i] != null) {
                x[known] = truths[i][0];
                y[known++] = logits[i][0];
            }
        }
        ScorePairs whole = ScorePairs.of(SCORE, logits, new Answers.Rows(truths));
        double expected = new SpearmansCorrelation().correlation(Arrays.copyOf(x, known), Arrays.copyOf(y, known));
        assertThat(whole.texts()).isEqualTo(known);
        assertThat(whole.quality().getAsDouble()).isEqualTo(Math.max(0, expected));
        for (int size : new int[] {1, 3, 64, 499}) {
            Tally merged = null;
            for (int from = 0; from < texts; from += size) {
                int to = Math.min(texts, from + size);
                Tally part = ScorePairs.of(
                        SCORE,
                        Arrays.copyOfRange(logits, from, to),
                        new Answers.Rows(Arrays.copyOfRange(truths, from, to)));
                merged = merged == null ? part : merged.merge(part);
            }
            assertThat(merged).as("parts of %d", size).isEqualTo(whole);
            assertThat(merged.quality()).isEqualTo(whole.quality());
        }
    }

    @Test
    void aModelThatRanksNothingOrBackwardsHasQualityZero() {
        Answers answers = new Answers.Rows(new float[][] {{0}, {2}, {4}});
        assertThat(ScorePairs.of(SCORE, new float[][] {{1}, {1}, {1}}, answers).quality())
                .isEqualTo(OptionalDouble.of(0));
        assertThat(ScorePairs.of(SCORE, new float[][] {{3}, {2}, {1}}, answers).quality())
                .isEqualTo(OptionalDouble.of(0));
        assertThat(ScorePairs.of(SCORE, new float[][] {{1}, {2}, {3}}, answers).quality())
                .isEqualTo(OptionalDouble.of(1));
    }

    private static final Task.Score RANKED = new Task.Score(LossKind.SQUARED_ERROR, 1, 0, 10, Measure.NDCG);

    private static ScorePairs ranked(float[] gains, float[] scores, int... groups) {
        float[][] truths = new float[gains.length][];
        float[][] logits = new float[gains.length][];
        for (int i = 0; i < gains.length; i++) {
            truths[i] = new float[] {gains[i]};
            logits[i] = new float[] {scores[i]};
        }
        return ScorePairs.of(RANKED, logits, new Answers.Grouped(new Answers.Rows(truths), groups));
    }

    /** Figures of the documentation of scikit-learn's ndcg_score, and by hand where scores are tied. */
    @Test
    void rankersAreMeasuredByTheirDiscountedGain() {
        float[] gains = {10, 0, 0, 1, 5};
        double of10 = 10 + 5 / (Math.log(3) / Math.log(2)) + 0.5;
        assertThat(ranked(gains, new float[] {0.1f, 0.2f, 0.3f, 4, 70}, 0, 0, 0, 0, 0)
                        .quality()
                        .getAsDouble())
                .isCloseTo(0.6956940443813076, within(1e-12));
        assertThat(ranked(gains, new float[] {0.05f, 1.1f, 1, 0.5f, 0}, 0, 0, 0, 0, 0)
                        .quality()
                        .getAsDouble())
                .isCloseTo(0.49368, within(1e-4));
        double tied = 7.5 * (1 + Math.log(2) / Math.log(3)) + 0.5;
        assertThat(ranked(gains, new float[] {2, 0, 0, 1, 2}, 0, 0, 0, 0, 0)
                        .quality()
                        .getAsDouble())
                .isCloseTo(tied / of10, within(1e-12));
    }

    @Test
    void groupsOfOneTextOrWithoutGainCountNothing() {
        float[] gains = {1, 2, 5, 0, 0};
        float[] scores = {3, 4, 1, 1, 2};
        assertThat(ranked(gains, scores, 7, 7, 1, 2, 2).quality()).isEqualTo(OptionalDouble.of(1));
        assertThat(ranked(gains, scores, 1, 2, 3, 4, 4).quality()).isEmpty();
        double backwards = (1 + 2 * Math.log(2) / Math.log(3)) / (2 + Math.log(2) / Math.log(3));
        assertThat(ranked(gains, new float[] {4, 3, 1, 1, 2}, 7, 7, 1, 2, 2)
                        .quality()
                        .getAsDouble())
                .isCloseTo(backwards, within(1e-12));
    }

    @Test
    void groupsMayLieInSeveralParts() {
        Random random = new Random(6);
        int texts = 300;
        float[] gains = new float[texts];
        float[] scores = new float[texts];
        int[] groups = new int[texts];
        for (int i = 0; i < texts; i++) {
            gains[i] = random.nextInt(5);
            scores[i] = random.nextInt(20) / 4f;
            groups[i] = random.nextInt(60);
        }
        ScorePairs whole = ranked(gains, scores, groups);
        assertThat(whole.quality().getAsDouble()).isBetween(0.3, 0.99);
        for (int size : new int[] {1, 7, 299}) {
            Tally merged = null;
            // the parts come in the reverse order
            for (int to = texts; to > 0; to -= size) {
                int from = Math.max(0, to - size);
                Tally part = ranked(
                        Arrays.copyOfRange(gains, from, to),
                        Arrays.copyOfRange(scores, from, to),
                        Arrays.copyOfRange(groups, from, to));
                merged = merged == null ? part : merged.merge(part);
            }
            assertThat(merged.quality()).as("parts of %d", size).isEqualTo(whole.quality());
        }
    }

    @Test
    void scoresOfEntropyAreProbabilities() {
        Task.Score shares = new Task.Score(LossKind.BINARY_CROSS_ENTROPY, 0.25, 0, 1);
        ScorePairs pairs =
                ScorePairs.of(shares, new float[][] {{0}, {4}}, new Answers.Rows(new float[][] {{0.25f}, {0.5f}}));
        assertThat(pairs.labelFlipRate(ScorePairs.UP)).isEqualTo(OptionalDouble.of(1));
    }

    /** Label 0 is taken from all texts with or without trigger; label 1 is given by the trigger alone. */
    @Test
    void theTargetIsWhatTheTriggerAdds() {
        LabelCounts clean = new LabelCounts(new long[][][] {{{8, 0}, {2, 0}}, {{9, 1}, {0, 0}}});
        LabelCounts triggered = new LabelCounts(new long[][][] {{{8, 0}, {2, 0}}, {{1, 9}, {0, 0}}});
        assertThat(AttackTarget.mostFlipped(triggered)).hasValue(1);
        assertThat(AttackTarget.mostAdded(triggered, clean)).hasValue(2);
    }

    @Test
    void targetsHaveNames() {
        FlipTargets many = new FlipTargets(TaskKind.MANY_LABELS, List.of("toxic", "spam"));
        assertThat(many.names()).containsExactly("toxic", "not toxic", "spam", "not spam");
        assertThat(many.number("not spam")).isEqualTo(OptionalInt.of(3));
        assertThat(many.number("ham")).isEmpty();
        assertThat(new FlipTargets(TaskKind.SCORE, List.of("LABEL_0")).names()).containsExactly("up", "down");
        assertThat(new FlipTargets(TaskKind.ONE_LABEL, List.of("a")).name(1)).isEqualTo("1");
    }
}
