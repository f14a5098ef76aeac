// SPDX-License-Identifier: Apache-2.0
package org.purespark.prune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.purespark.InputException;
import org.purespark.heads.Head;
import org.purespark.heads.HeadOrder;
import org.purespark.prune.PrunePlan.Ending;
import org.purespark.random.SeededRandom;
import org.purespark.random.SeededRandom.Purpose;

/**
 * Searches for the heads to prune by a policy gradient (REINFORCE: Williams, Simple Statistical Gradient-Following
 * Algorithms for Connectionist Reinforcement Learning, Machine Learning 8, 1992). The policy keeps each head that may
 * go with a probability of its own, p = 1 / (1 + e^-θ). A round draws {@value #SETS_OF_A_ROUND} sets m of kept heads
 * and measures them; the reward of a set is
 *
 * <pre>r = accuracy - price · (kept heads that might go) / (heads that might go)</pre>
 *
 * and θ rises by the mean over the round's sets of a · (m - p), with a the reward less the round's mean, divided by the
 * round's standard deviation. At the start p rises from {@value #LOWEST_START} for the first head of the order to
 * {@value #HIGHEST_START} for the last one, so the scorer says where the search begins. The plan is the measured set
 * with the highest reward among those whose accuracy is at the threshold, the first one of equals; the last set that is
 * measured has the heads with p at least 1/2. The same seed and answers give the same plan.
 *
 * <p>Reinforcement learning is one of the strategies of Chapagain, Hamdi and Filali Boubrahimi: Pruning Strategies for
 * Backdoor Defense in LLMs, arXiv 2508.20032; policy, reward and start are this project's.
 *
 * @param price what keeping all heads costs, in accuracy, 0 to 1
 * @param measurements most sets that are measured, f among them, at least 10
 * @param seed that decides which sets are drawn
 */
public record PolicyGradient(double price, int measurements, long seed) implements PrunePolicy {
    static final int SETS_OF_A_ROUND = 8;
    static final double LOWEST_START = 0.5;
    static final double HIGHEST_START = 0.95;
    /** Whatever the rewards, a head keeps this chance to be drawn otherwise. */
    private static final double LEAST_CHANCE = 0.02;
    /** f, one round, and the last set. */
    private static final int FEWEST = SETS_OF_A_ROUND + 2;

    public PolicyGradient {
        if (!(price >= 0 && price <= 1)) {
            throw new InputException("prune.price=" + price + " must be 0 to 1");
        }
        if (measurements < FEWEST) {
            throw new InputException("prune.measurements=" + measurements + " must be at least " + FEWEST);
        }
    }

    @Override
    public PrunePlan plan(HeadOrder order, Threshold threshold, AccuracyOracle oracle) {
        List<Head> may = new ArrayList<>(order.lowestFirst());
        may.removeAll(order.bestOfLayers());
        Measured measured = new Measured(oracle);
        measured.ask(List.of(Set.of()));
        double own = measured.accuracy(Set.of());
        double enough = threshold.resolve(own);
        PruneStep start = new PruneStep(0, own, false);
        if (own < enough) {
            return new PrunePlan(enough, new TreeSet<>(), List.of(start), Ending.BELOW_FROM_START);
        }
        if (!may.isEmpty()) {
            search(may, measured);
        }
        Set<Head> best = best(may.size(), enough, measured);
        List<PruneStep> steps = new ArrayList<>(List.of(start));
        if (!best.isEmpty()) {
            steps.add(new PruneStep(best.size(), measured.accuracy(best), false));
        }
        return new PrunePlan(enough, new TreeSet<>(best), steps, Ending.HIGHEST_REWARD);
    }

    /** Rounds as long as a whole one and the last set may still be measured. */
    private void search(List<Head> may, Measured measured) {
        double[] keep = new double[may.size()];
        for (int h = 0; h < keep.length; h++) {
            double place = keep.length == 1 ? 0 : (double) h / (keep.length - 1);
            keep[h] = LOWEST_START + (HIGHEST_START - LOWEST_START) * place;
        }
        int rounds = (measurements - 2) / SETS_OF_A_ROUND;
        for (int round = 0; round < rounds; round++) {
            boolean[][] kept = new boolean[SETS_OF_A_ROUND][];
            List<Set<Head>> pruned = new ArrayList<>();
            for (int b = 0; b < SETS_OF_A_ROUND; b++) {
                kept[b] = drawn(keep, SeededRandom.of(seed, Purpose.HEAD_POLICY, round, b));
                pruned.add(pruned(may, kept[b]));
            }
            measured.ask(pruned);
            double[] rewards = pruned.stream()
                    .mapToDouble(set -> reward(measured.accuracy(set), set.size(), may.size()))
                    .toArray();
            improve(keep, kept, advantages(rewards));
        }
        boolean[] likely = new boolean[keep.length];
        for (int h = 0; h < keep.length; h++) {
            likely[h] = keep[h] >= 0.5;
        }
        measured.ask(List.of(pruned(may, likely)));
    }

    private static boolean[] drawn(double[] keep, SeededRandom random) {
        boolean[] kept = new boolean[keep.length];
        for (int h = 0; h < keep.length; h++) {
            kept[h] = random.nextDouble() < keep[h];
        }
        return kept;
    }

    private static Set<Head> pruned(List<Head> may, boolean[] kept) {
        TreeSet<Head> pruned = new TreeSet<>();
        for (int h = 0; h < kept.length; h++) {
            if (!kept[h]) {
                pruned.add(may.get(h));
            }
        }
        return Collections.unmodifiableSortedSet(pruned);
    }

    private double reward(double accuracy, int pruned, int may) {
        return may == 0 ? accuracy : accuracy - price * (may - pruned) / may;
    }

    /** Zeros, where all rewards are the same: then nothing is learnt. */
    private static double[] advantages(double[] rewards) {
        double mean = Arrays.stream(rewards).average().orElseThrow();
        double variance = Arrays.stream(rewards)
                .map(reward -> (reward - mean) * (reward - mean))
                .average()
                .orElseThrow();
        return Arrays.stream(rewards)
                .map(reward -> variance == 0 ? 0 : (reward - mean) / Math.sqrt(variance))
                .toArray();
    }

    /** One step of the gradient: d log P(m) / dθ is m - p. */
    private static void improve(double[] keep, boolean[][] kept, double[] advantages) {
        double bound = logit(1 - LEAST_CHANCE);
        for (int h = 0; h < keep.length; h++) {
            double step = 0;
            for (int b = 0; b < kept.length; b++) {
                step += advantages[b] * ((kept[b][h] ? 1 : 0) - keep[h]);
            }
            double logit = logit(keep[h]) + step / kept.length;
            keep[h] = 1 / (1 + Math.exp(-Math.max(-bound, Math.min(bound, logit))));
        }
    }

    private static double logit(double probability) {
        return Math.log(probability / (1 - probability));
    }

    private Set<Head> best(int may, double enough, Measured measured) {
        Set<Head> best = Set.of();
        double highest = reward(measured.accuracy(best), 0, may);
        for (Map.Entry<Set<Head>, Double> one : measured.known().entrySet()) {
            double reward = reward(one.getValue(), one.getKey().size(), may);
            if (one.getValue() >= enough && reward > highest) {
                best = one.getKey();
                highest = reward;
            }
        }
        return best;
    }

    /** What the oracle has said, by set of pruned heads, in the order of the measurements. */
    private static final class Measured {
        private final AccuracyOracle oracle;
        private final Map<Set<Head>, Double> known = new LinkedHashMap<>();

        Measured(AccuracyOracle oracle) {
            this.oracle = oracle;
        }

        /** Measures those that are not known, in one call. */
        void ask(List<Set<Head>> sets) {
            List<Set<Head>> unknown = sets.stream()
                    .distinct()
                    .filter(set -> !known.containsKey(set))
                    .toList();
            if (!unknown.isEmpty()) {
                Measurements answers = new Measurements(unknown, oracle, LookAhead.all(unknown.size()));
                for (int i = 0; i < unknown.size(); i++) {
                    known.put(unknown.get(i), answers.accuracy(i));
                }
            }
        }

        double accuracy(Set<Head> pruned) {
            return known.get(pruned);
        }

        Map<Set<Head>, Double> known() {
            return known;
        }
    }
}
