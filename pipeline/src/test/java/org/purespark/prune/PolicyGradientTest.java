// SPDX-License-Identifier: Apache-2.0
package org.purespark.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.purespark.InputException;
import org.purespark.heads.Head;
import org.purespark.heads.HeadOrder;
import org.purespark.prune.PrunePlan.Ending;

class PolicyGradientTest {
    /** Head 3 is the best of each layer; layer 0 has the lowest heads. */
    private static final HeadOrder ORDER = HeadOrder.of(
            new double[][] {{0.1, 0.2, 0.3, 0.4}, {0.5, 0.6, 0.7, 0.8}, {0.9, 1.0, 1.1, 1.2}, {1.3, 1.4, 1.5, 1.6}});

    /** Without them accuracy falls. The order has them as the lowest and as high ones. */
    private static final Set<Head> NEEDED = Set.of(new Head(0, 0), new Head(0, 1), new Head(2, 2), new Head(3, 1));

    private static final Threshold THRESHOLD = new Threshold.MaxDrop(0.05);

    private final List<Set<Head>> measured = new ArrayList<>();

    private List<Double> accuracies(List<Set<Head>> sets) {
        List<Double> accuracies = new ArrayList<>();
        for (Set<Head> set : sets) {
            measured.add(set);
            Set<Head> missed = new HashSet<>(NEEDED);
            missed.retainAll(set);
            accuracies.add(0.9 - 0.06 * missed.size());
        }
        return accuracies;
    }

    private PrunePlan plan(double price, int measurements, long seed) {
        measured.clear();
        return new PolicyGradient(price, measurements, seed).plan(ORDER, THRESHOLD, this::accuracies);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void headsThatAccuracyDoesNotNeedArePrunedWhateverTheirScore(long seed) {
        PrunePlan plan = plan(0.2, 400, seed);
        assertThat(plan.pruned()).doesNotContainAnyElementsOf(NEEDED).hasSizeGreaterThanOrEqualTo(7);
        assertThat(plan.pruned()).noneMatch(head -> head.head() == 3);
        assertThat(plan.steps())
                .containsExactly(
                        new PruneStep(0, 0.9, false),
                        new PruneStep(plan.pruned().size(), 0.9, false));
        assertThat(plan.ending()).isEqualTo(Ending.HIGHEST_REWARD);
        assertThat(plan.explanation("accuracy"))
                .isEqualTo(plan.pruned().size() + " heads are pruned, the measured set with the highest reward:"
                        + " validation accuracy came from 0.9000 to 0.9000, at the threshold of 0.8500 or above.");
    }

    /** Chance alone draws sets of the start's probabilities; the search comes to draw better ones. */
    @Test
    void laterSetsHaveHigherRewards() {
        plan(0.2, 400, 1);
        List<Set<Head>> all = List.copyOf(measured);
        double first = reward(all.subList(1, 41));
        double last = reward(all.subList(all.size() - 40, all.size()));
        assertThat(last).isGreaterThan(first + 0.05);
    }

    private double reward(List<Set<Head>> sets) {
        List<Set<Head>> copy = List.copyOf(sets);
        List<Double> accuracies = accuracies(copy);
        double sum = 0;
        for (int i = 0; i < copy.size(); i++) {
            sum += accuracies.get(i) - 0.2 * (12 - copy.get(i).size()) / 12;
        }
        return sum / copy.size();
    }

    @Test
    void noMoreSetsAreMeasuredThanTheSettingSaysAndNoneTwice() {
        for (int most : new int[] {10, 17, 18, 200}) {
            plan(0.1, most, 5);
            assertThat(measured).hasSizeBetween(2, most).doesNotHaveDuplicates();
        }
    }

    @Test
    void theSeedDecides() {
        PrunePlan plan = plan(0.1, 50, 7);
        List<Set<Head>> sets = List.copyOf(measured);
        assertThat(plan(0.1, 50, 7)).isEqualTo(plan);
        assertThat(measured).isEqualTo(sets);
        plan(0.1, 50, 8);
        assertThat(measured).isNotEqualTo(sets);
    }

    @Test
    void aSetBelowTheThresholdIsNeverTaken() {
        PrunePlan plan = plan(1, 200, 3);
        assertThat(plan.accuracy()).as("a high price would prune all heads").isGreaterThanOrEqualTo(0.85);
        assertThat(plan.pruned()).isNotEmpty();
    }

    @Test
    void withoutAPriceNothingIsGainedAndNothingIsPruned() {
        PrunePlan plan = plan(0, 50, 3);
        assertThat(plan.pruned()).isEmpty();
        assertThat(plan.steps()).containsExactly(new PruneStep(0, 0.9, false));
        assertThat(plan.explanation("accuracy"))
                .isEqualTo("No head is pruned: no measured set at the threshold of 0.8500 has a higher reward than all"
                        + " heads. Validation accuracy is 0.9000; a higher prune.price prunes more.");
    }

    @Test
    void aModelBelowTheThresholdIsMeasuredOnce() {
        PrunePlan plan = new PolicyGradient(0.1, 50, 1).plan(ORDER, new Threshold.Absolute(0.95), this::accuracies);
        assertThat(plan.ending()).isEqualTo(Ending.BELOW_FROM_START);
        assertThat(measured).hasSize(1);
    }

    @Test
    void aModelOfOneHeadALayerKeepsThem() {
        PrunePlan plan = new PolicyGradient(0.1, 50, 1)
                .plan(HeadOrder.of(new double[][] {{1}, {2}}), THRESHOLD, this::accuracies);
        assertThat(plan.pruned()).isEmpty();
        assertThat(measured).hasSize(1);
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new PolicyGradient(1.5, 50, 1))
                .isInstanceOf(InputException.class)
                .hasMessage("prune.price=1.5 must be 0 to 1");
        assertThatThrownBy(() -> new PolicyGradient(0.1, 9, 1))
                .isInstanceOf(InputException.class)
                .hasMessage("prune.measurements=9 must be at least 10");
        assertThatThrownBy(() -> new PolicyGradient(0.1, 50, 1).plan(ORDER, THRESHOLD, sets -> List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("0 accuracies for 1 sets of pruned heads");
    }
}
