// SPDX-License-Identifier: Apache-2.0
package org.purespark.prune;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.purespark.heads.Head;
import org.purespark.heads.HeadScores;
import org.purespark.prune.PrunePlan.Ending;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;

/** The planner against the algorithm written down step by step, with oracles of which nothing can be expected. */
class PrunePlannerPropertyTest {
    @Property
    void lookingAheadGivesThePlanAndTheStepsOfTheSequentialAlgorithm(
            @ForAll @IntRange(min = 1, max = 5) int layers,
            @ForAll @IntRange(min = 1, max = 6) int heads,
            @ForAll @IntRange(min = 1, max = 12) int groupSize,
            @ForAll @IntRange(min = 1, max = 9) int lookAhead,
            @ForAll @IntRange(max = 2) int steepness,
            @ForAll long seed) {
        HeadScores scores = scores(layers, heads, seed);
        Threshold threshold = seed % 2 == 0 ? new Threshold.Absolute(0.6) : new Threshold.MaxDrop(0.25);
        Counting sequential = new Counting(seed, steepness);
        Counting ahead = new Counting(seed, steepness);

        PrunePlan expected = sequentialPlan(scores, groupSize, threshold, sequential);
        PrunePlan plan = new PrunePlanner(groupSize, lookAhead).plan(scores.order(), threshold, ahead);

        assertThat(plan).isEqualTo(expected);
        // 1/5 of the layers is less than 0.8 to the power of 7, not of 8
        assertThat(ahead.largestCall).isLessThanOrEqualTo(lookAhead + 7);
        assertThat(ahead.calls).isLessThanOrEqualTo(sequential.calls);
        if (lookAhead > 1) {
            // one call more at most for the way down and one for the way back
            assertThat(ahead.calls).isLessThanOrEqualTo(sequential.calls / lookAhead + 2);
        }
    }

    @Property
    void eachLayerKeepsItsHighestScoredHeadAndTheAccuracyIsEnough(
            @ForAll @IntRange(min = 1, max = 5) int layers,
            @ForAll @IntRange(min = 1, max = 6) int heads,
            @ForAll @IntRange(min = 1, max = 12) int groupSize,
            @ForAll long seed) {
        HeadScores scores = scores(layers, heads, seed);
        Counting oracle = new Counting(seed, 1);

        PrunePlan plan = new PrunePlanner(groupSize, 3).plan(scores.order(), new Threshold.Absolute(0.6), oracle);

        Map<Integer, Head> highest = new HashMap<>();
        scores.ranking().forEach(head -> highest.put(head.layer(), head));
        assertThat(plan.pruned()).doesNotContainAnyElementsOf(highest.values());
        assertThat(plan.accuracy()).isEqualTo(oracle.accuracy(plan.pruned()));
        if (plan.ending() == Ending.BELOW_FROM_START) {
            assertThat(plan.pruned()).isEmpty();
        } else {
            assertThat(plan.accuracy()).isGreaterThanOrEqualTo(0.6);
        }
    }

    private static PrunePlan sequentialPlan(
            HeadScores scores, int groupSize, Threshold threshold, AccuracyOracle oracle) {
        List<Head> ranking = scores.ranking();
        Map<Integer, Head> highest = new HashMap<>();
        ranking.forEach(head -> highest.put(head.layer(), head));

        List<PruneStep> steps = new ArrayList<>();
        TreeSet<Head> pruned = new TreeSet<>();
        double accuracy = oracle.accuracies(List.of(pruned)).get(0);
        double enough = threshold.resolve(accuracy);
        steps.add(new PruneStep(0, accuracy, false));
        if (accuracy < enough) {
            return new PrunePlan(enough, pruned, steps, Ending.BELOW_FROM_START);
        }
        for (int from = 0; from < ranking.size(); from += groupSize) {
            List<Head> group = new ArrayList<>(ranking.subList(from, Math.min(from + groupSize, ranking.size())));
            group.removeAll(highest.values());
            if (group.isEmpty()) {
                continue;
            }
            pruned.addAll(group);
            accuracy = oracle.accuracies(List.of(pruned)).get(0);
            steps.add(new PruneStep(pruned.size(), accuracy, false));
            if (accuracy >= enough) {
                continue;
            }
            while (accuracy < enough && !group.isEmpty()) {
                pruned.remove(group.remove(group.size() - 1));
                accuracy = oracle.accuracies(List.of(pruned)).get(0);
                steps.add(new PruneStep(pruned.size(), accuracy, true));
            }
            return new PrunePlan(
                    enough,
                    pruned,
                    steps,
                    accuracy < enough ? Ending.GROUP_GIVEN_BACK_STILL_BELOW : Ending.THRESHOLD_REACHED);
        }
        return new PrunePlan(enough, pruned, steps, Ending.ALL_GROUPS_PRUNED);
    }

    /** Scores with ties: few distinct values. */
    private static HeadScores scores(int layers, int heads, long seed) {
        SeededRandom random = SeededRandom.of(seed, Purpose.TEST_WEIGHTS);
        double[][] variance = new double[layers][heads];
        for (double[] row : variance) {
            for (int head = 0; head < heads; head++) {
                row[head] = random.nextInt(12) / 100.0;
            }
        }
        return new HeadScores(layers, heads, 1, variance);
    }

    /** An accuracy for each set, a function of the set and the seed, not monotone in what is pruned. */
    private static final class Counting implements AccuracyOracle {
        private final long seed;
        private final int steepness;
        private int calls;
        private int largestCall;

        Counting(long seed, int steepness) {
            this.seed = seed;
            this.steepness = steepness;
        }

        @Override
        public List<Double> accuracies(List<Set<Head>> prunedSets) {
            calls++;
            largestCall = Math.max(largestCall, prunedSets.size());
            assertThat(new HashSet<>(prunedSets)).as("sets of one call").hasSameSizeAs(prunedSets);
            return prunedSets.stream().map(this::accuracy).toList();
        }

        double accuracy(Set<Head> pruned) {
            long key = 0;
            for (Head head : new TreeSet<>(pruned)) {
                key = key * 1009 + head.layer() * 31L + head.head() + 1;
            }
            double noise = SeededRandom.of(seed, Purpose.TEST_WEIGHTS, key).nextInt(41) / 100.0;
            return Math.max(0, 0.95 - noise / 2 - steepness * 0.01 * pruned.size());
        }
    }
}
