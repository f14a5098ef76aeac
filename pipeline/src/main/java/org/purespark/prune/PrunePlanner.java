// SPDX-License-Identifier: Apache-2.0
package org.purespark.prune;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.purespark.InputException;
import org.purespark.heads.Head;
import org.purespark.heads.HeadOrder;
import org.purespark.prune.PrunePlan.Ending;

/**
 * Finds the heads to prune. All heads are sorted by score, lowest first, and consecutive runs of {@code groupSize} of
 * that list are the groups; each layer's highest-scored head keeps its place in the list but is never pruned. One group
 * after the other is pruned, without retraining, until validation accuracy is below the threshold. Then heads of the
 * last group are given back one at a time, highest score first, until it is at the threshold again. Source: Zhao, Xu
 * and Yuan, ICML 2024, head pruning.
 *
 * <p>The sets to measure are known in advance, so one call of the oracle measures several, and a few more if they are
 * cheap after those before them ({@link LookAhead}). Measurements after the end of the search are dropped: the plan is
 * the same as with one set in each call.
 *
 * @param groupSize heads of a group, at least 1
 * @param lookAhead sets in one call of the oracle, at least 1
 */
public record PrunePlanner(int groupSize, int lookAhead) implements PrunePolicy {
    public PrunePlanner {
        if (groupSize < 1) {
            throw new InputException("prune.group-size=" + groupSize + " must be at least 1");
        }
        if (lookAhead < 1) {
            throw new IllegalArgumentException("look-ahead " + lookAhead + " must be at least 1");
        }
    }

    @Override
    public PrunePlan plan(HeadOrder order, Threshold threshold, AccuracyOracle oracle) {
        return plan(order, threshold, oracle, step -> {});
    }

    /**
     * Searches from f.
     *
     * @param oracle measures f with heads pruned
     * @param progress gets each step of the plan as soon as it is known
     * @throws IllegalStateException if the oracle does not give one accuracy from 0 to 1 for each set
     */
    public PrunePlan plan(HeadOrder order, Threshold threshold, AccuracyOracle oracle, Consumer<PruneStep> progress) {
        List<List<Head>> groups = prunableGroups(order);
        LookAhead ahead = new LookAhead(lookAhead, order.layers());
        Measurements descent = new Measurements(cumulative(groups), oracle, ahead);
        List<PruneStep> steps = new ArrayList<>();
        double enough = threshold.resolve(descent.accuracy(0));
        for (int taken = 0; taken < descent.size(); taken++) {
            note(descent.step(taken, false), steps, progress);
            if (descent.accuracy(taken) < enough) {
                return taken == 0
                        ? new PrunePlan(enough, new TreeSet<>(), steps, Ending.BELOW_FROM_START)
                        : giveBack(
                                new Measurements(givenBack(descent.set(taken), groups.get(taken - 1)), oracle, ahead),
                                enough,
                                steps,
                                progress);
            }
        }
        return new PrunePlan(enough, new TreeSet<>(descent.set(descent.size() - 1)), steps, Ending.ALL_GROUPS_PRUNED);
    }

    /** Measures sets with ever fewer heads until one is good enough. */
    private static PrunePlan giveBack(
            Measurements ascent, double enough, List<PruneStep> steps, Consumer<PruneStep> progress) {
        for (int given = 0; given < ascent.size(); given++) {
            note(ascent.step(given, true), steps, progress);
            if (ascent.accuracy(given) >= enough) {
                return new PrunePlan(enough, new TreeSet<>(ascent.set(given)), steps, Ending.THRESHOLD_REACHED);
            }
        }
        TreeSet<Head> remaining = new TreeSet<>(ascent.set(ascent.size() - 1));
        return new PrunePlan(enough, remaining, steps, Ending.GROUP_GIVEN_BACK_STILL_BELOW);
    }

    /** The sets with one, two, … heads of a group given back, the highest score first. */
    private static List<Set<Head>> givenBack(Set<Head> pruned, List<Head> group) {
        List<Set<Head>> sets = new ArrayList<>();
        TreeSet<Head> remaining = new TreeSet<>(pruned);
        for (int i = group.size() - 1; i >= 0; i--) {
            remaining.remove(group.get(i));
            sets.add(Collections.unmodifiableSortedSet(new TreeSet<>(remaining)));
        }
        return sets;
    }

    /** The groups without the heads that are never pruned; groups that are empty then are left out. */
    private List<List<Head>> prunableGroups(HeadOrder order) {
        List<Head> ranking = order.lowestFirst();
        Set<Head> kept = order.bestOfLayers();
        List<List<Head>> groups = new ArrayList<>();
        List<Head> group = new ArrayList<>();
        for (int place = 0; place < ranking.size(); place++) {
            if (!kept.contains(ranking.get(place))) {
                group.add(ranking.get(place));
            }
            boolean last = place == ranking.size() - 1;
            if (((place + 1) % groupSize == 0 || last) && !group.isEmpty()) {
                groups.add(List.copyOf(group));
                group.clear();
            }
        }
        return groups;
    }

    /** The sets to measure: no head, the first group, the first two groups, and so on. */
    private static List<Set<Head>> cumulative(List<List<Head>> groups) {
        List<Set<Head>> sets = new ArrayList<>();
        TreeSet<Head> pruned = new TreeSet<>();
        sets.add(Set.of());
        for (List<Head> group : groups) {
            pruned.addAll(group);
            sets.add(Collections.unmodifiableSortedSet(new TreeSet<>(pruned)));
        }
        return sets;
    }

    private static void note(PruneStep step, List<PruneStep> steps, Consumer<PruneStep> progress) {
        steps.add(step);
        progress.accept(step);
    }
}
