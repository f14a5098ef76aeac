// SPDX-License-Identifier: Apache-2.0
package org.purespark.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.purespark.InputException;
import org.purespark.heads.Head;
import org.purespark.heads.HeadScores;
import org.purespark.prune.PrunePlan.Ending;

class PrunePlannerTest {
    /** Ranking: 0.0 0.1 0.2 1.0 1.1 | 1.2 and 0.3, 1.3 the layers' highest; 0.3 comes before 1.2. */
    private static final HeadScores SCORES =
            new HeadScores(2, 4, 9, new double[][] {{0.1, 0.2, 0.3, 0.6}, {0.4, 0.5, 0.7, 0.8}});

    @Test
    void stopsWhenHeadsGivenBackBringTheAccuracyToTheThreshold() {
        // 3 out: fine; 5 out: below; giving 1.1 back leaves 4 out
        Asked asked = new Asked(0.95, 0.94, 0.93, 0.90, 0.85, 0.84, 0.83);

        PrunePlan plan = new PrunePlanner(3, 1).plan(SCORES.order(), new Threshold.Absolute(0.85), asked);

        assertThat(plan.pruned()).containsExactly(new Head(0, 0), new Head(0, 1), new Head(0, 2), new Head(1, 0));
        assertThat(plan.steps())
                .containsExactly(
                        new PruneStep(0, 0.95, false),
                        new PruneStep(3, 0.90, false),
                        new PruneStep(5, 0.84, false),
                        new PruneStep(4, 0.85, true));
        assertThat(plan.ending()).isEqualTo(Ending.THRESHOLD_REACHED);
        assertThat(plan.threshold()).isEqualTo(0.85);
        assertThat(plan.pruned()).extracting(Head::toString).containsExactly("0.0", "0.1", "0.2", "1.0");
        assertThat(asked.calls)
                .as("two sets that differ in the last layer are one call")
                .isEqualTo(3);
        assertThat(plan.explanation("accuracy"))
                .isEqualTo("4 heads are pruned: validation accuracy came from 0.9500 to 0.8500; with more heads out it"
                        + " is below the threshold of 0.8500.");
    }

    @Test
    void protectedHeadKeepsItsPlaceInTheGroups() {
        // groups of two: (0.0 0.1) (0.2 1.0) (1.1 0.3) (1.2 1.3); 0.3 and 1.3 stay
        Asked asked = new Asked(1, 1, 1, 1, 1, 1, 1);

        PrunePlan plan = new PrunePlanner(2, 1).plan(SCORES.order(), new Threshold.Absolute(0.5), asked);

        assertThat(plan.steps()).extracting(PruneStep::pruned).containsExactly(0, 2, 4, 5, 6);
        assertThat(plan.pruned()).doesNotContain(new Head(0, 3), new Head(1, 3)).hasSize(6);
        assertThat(plan.ending()).isEqualTo(Ending.ALL_GROUPS_PRUNED);
        assertThat(plan.explanation("accuracy"))
                .isEqualTo("All heads that may go are pruned (6 heads; each layer keeps its highest-scored one):"
                        + " validation accuracy came from 1.0000 to 1.0000 and never fell below the threshold of"
                        + " 0.5000.");
    }

    @Test
    void groupOfProtectedHeadsAloneIsNotMeasured() {
        // groups of one: those of 0.3 and 1.3 hold nothing to prune
        Asked asked = new Asked(1, 1, 1, 1, 1, 1, 1);

        PrunePlan plan = new PrunePlanner(1, 1).plan(SCORES.order(), new Threshold.Absolute(0.5), asked);

        assertThat(plan.steps()).extracting(PruneStep::pruned).containsExactly(0, 1, 2, 3, 4, 5, 6);
        assertThat(asked.calls).isEqualTo(4);
    }

    @Test
    void modelWithOneHeadALayerIsLeftWhole() {
        HeadScores scores = new HeadScores(3, 1, 9, new double[][] {{0.1}, {0.2}, {0.3}});

        PrunePlan plan = new PrunePlanner(10, 4).plan(scores.order(), new Threshold.MaxDrop(0.05), new Asked(0.9));

        assertThat(plan.pruned()).isEmpty();
        assertThat(plan.steps()).containsExactly(new PruneStep(0, 0.9, false));
        assertThat(plan.ending()).isEqualTo(Ending.ALL_GROUPS_PRUNED);
    }

    @Test
    void tiedHighestScoreProtectsTheLastOfTheRanking() {
        HeadScores scores = new HeadScores(1, 3, 9, new double[][] {{0.1, 0.1, 0.1}});

        PrunePlan plan = new PrunePlanner(10, 1).plan(scores.order(), new Threshold.Absolute(0), new Asked(1, 1, 1));

        assertThat(plan.pruned()).containsExactly(new Head(0, 0), new Head(0, 1));
    }

    @Test
    void prunesNothingWhenTheModelItselfIsBelow() {
        Asked asked = new Asked(0.80, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99);

        PrunePlan plan = new PrunePlanner(3, 1).plan(SCORES.order(), new Threshold.Absolute(0.85), asked);

        assertThat(plan.pruned()).isEmpty();
        assertThat(plan.steps()).containsExactly(new PruneStep(0, 0.80, false));
        assertThat(plan.ending()).isEqualTo(Ending.BELOW_FROM_START);
        assertThat(plan.explanation("accuracy"))
                .isEqualTo("Nothing is pruned: validation accuracy is 0.8000 before any pruning, below the threshold of"
                        + " 0.8500. Lower the threshold (prune.threshold), or give prune.max-accuracy-drop instead.");
        assertThat(asked.calls).isEqualTo(1);
    }

    @Test
    void accuracyAtTheThresholdIsEnough() {
        Asked asked = new Asked(0.85, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85);

        PrunePlan plan = new PrunePlanner(3, 1).plan(SCORES.order(), new Threshold.Absolute(0.85), asked);

        assertThat(plan.ending()).isEqualTo(Ending.ALL_GROUPS_PRUNED);
    }

    @Test
    void stopsWhenTheWholeGroupIsGivenBackAndMeasurementsDoNotRepeat() {
        // the third and the fourth are of the next groups, which have layer 0 in common with the first
        Deque<Double> answers = new ArrayDeque<>(List.of(0.86, 0.80, 0.79, 0.78, 0.81, 0.82, 0.84));
        AccuracyOracle unsteady =
                sets -> sets.stream().map(set -> answers.remove()).toList();

        PrunePlan plan = new PrunePlanner(3, 1).plan(SCORES.order(), new Threshold.Absolute(0.85), unsteady);

        assertThat(plan.pruned()).isEmpty();
        assertThat(plan.steps()).extracting(PruneStep::pruned).containsExactly(0, 3, 2, 1, 0);
        assertThat(plan.ending()).isEqualTo(Ending.GROUP_GIVEN_BACK_STILL_BELOW);
        assertThat(plan.explanation("accuracy"))
                .isEqualTo("No head is pruned: the last group was given back whole, yet validation accuracy is 0.8400,"
                        + " below the threshold of 0.8500 that it had met before. Measurements of the same model"
                        + " differ.");
    }

    @Test
    void thresholdMayBeRelativeToTheModelsOwnAccuracy() {
        Asked asked = new Asked(0.87, 0.87, 0.87, 0.82, 0.81, 0.81, 0.81);

        PrunePlan plan = new PrunePlanner(3, 1).plan(SCORES.order(), new Threshold.MaxDrop(0.05), asked);

        assertThat(plan.threshold()).isEqualTo(0.82);
        assertThat(plan.pruned()).hasSize(3);
    }

    @Test
    void looksAheadInOneCall() {
        Asked asked = new Asked(0.95, 0.94, 0.93, 0.90, 0.85, 0.84, 0.83);

        PrunePlan ahead = new PrunePlanner(3, 8).plan(SCORES.order(), new Threshold.Absolute(0.85), asked);

        assertThat(asked.calls).isEqualTo(2);
        assertThat(ahead)
                .isEqualTo(new PrunePlanner(3, 1)
                        .plan(SCORES.order(), new Threshold.Absolute(0.85), new Asked(asked.byCount)));
    }

    @Test
    void tellsOfEachStepOnceItIsKnown() {
        List<PruneStep> steps = new ArrayList<>();

        PrunePlan plan = new PrunePlanner(3, 8)
                .plan(
                        SCORES.order(),
                        new Threshold.Absolute(0.85),
                        new Asked(0.95, 0.9, 0.9, 0.9, 0.9, 0.8, 0.8),
                        steps::add);

        assertThat(steps).isEqualTo(plan.steps());
    }

    @Test
    void refusesAnswersThatAreNoAccuracies() {
        PrunePlanner planner = new PrunePlanner(3, 1);
        Threshold threshold = new Threshold.Absolute(0.85);

        assertThatThrownBy(() -> planner.plan(SCORES.order(), threshold, sets -> List.of()))
                .hasMessage("0 accuracies for 1 sets of pruned heads");
        assertThatThrownBy(() -> planner.plan(SCORES.order(), threshold, sets -> List.of(Double.NaN)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("accuracy NaN with 0 heads pruned: must be 0 to 1");
    }

    @Test
    void refusesSettingsOutOfRange() {
        assertThatThrownBy(() -> new PrunePlanner(0, 1))
                .isInstanceOf(InputException.class)
                .hasMessage("prune.group-size=0 must be at least 1");
        assertThatThrownBy(() -> new PrunePlanner(1, 0)).hasMessage("look-ahead 0 must be at least 1");
        assertThatThrownBy(() -> new Threshold.Absolute(1.5))
                .isInstanceOf(InputException.class)
                .hasMessage("prune.threshold=1.5 must be a share of the validation texts, 0 to 1");
        assertThatThrownBy(() -> new Threshold.MaxDrop(Double.NaN))
                .hasMessage("prune.max-accuracy-drop=NaN must be a share of the validation texts, 0 to 1");
    }

    @Test
    void accuracyExactlyTheDropBelowIsEnoughWhateverTheNumberOfTexts() {
        for (int texts = 20; texts <= 2000; texts += 20) {
            for (int right = texts / 20; right <= texts; right++) {
                double own = (double) right / texts;
                double below = (double) (right - texts / 20) / texts;
                double oneLess = (double) (right - texts / 20 - 1) / texts;
                assertThat(new Threshold.MaxDrop(0.05).resolve(own))
                        .as("%d of %d texts", right, texts)
                        .isLessThanOrEqualTo(below)
                        .isGreaterThan(oneLess);
            }
        }
        assertThat(new Threshold.MaxDrop(0.5).resolve(0.25)).isZero();
    }

    /** An oracle by the number of heads out, that counts its calls. */
    private static final class Asked implements AccuracyOracle {
        private final double[] byCount;
        private int calls;

        Asked(double... byCount) {
            this.byCount = byCount;
        }

        @Override
        public List<Double> accuracies(List<Set<Head>> prunedSets) {
            calls++;
            return prunedSets.stream().map(set -> byCount[set.size()]).toList();
        }
    }
}
