// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks for phrases of a few suspected words. All pairs are tried, so words are found that do nothing alone; longer
 * phrases grow from the best pairs. Phrases are ranked by the margin of the target, which tells more than its
 * probability where many phrases turn nearly all texts.
 */
final class MovedPhrases {
    private static final double PAIRS_SHARE = 0.5;
    private static final double LONGER_SHARE = 0.15;
    private static final double FINAL_SHARE = 0.25;
    private static final int BEAM = 3;
    private static final int FINALISTS = 12;

    private final Trial trial;
    private final String name;
    private final int target;
    private final List<int[]> shortest;
    private final List<int[]> some;

    /**
     * @param name of the search, for the display of progress
     * @param shortest the texts for the first trial of each phrase
     * @param some more texts, for the best ones
     */
    MovedPhrases(Trial trial, String name, int target, List<int[]> shortest, List<int[]> some) {
        this.trial = trial;
        this.name = name;
        this.target = target;
        this.shortest = shortest;
        this.some = some;
    }

    /**
     * The strongest phrase of at most 1, 2, … words; empty without words.
     *
     * @param words ids, the most suspected first; as many of them are used as the tokens pay for
     * @param tokens that may be spent
     */
    List<ScoredTrigger> find(List<Integer> words, int longest, long tokens) {
        if (words.isEmpty()) {
            return List.of();
        }
        List<Integer> pool = TriggerSearch.first(
                words, wordsOfPairs(TriggerSearch.count(PAIRS_SHARE * tokens, shortest, Math.min(2, longest))));
        List<ScoredTrigger> found = new ArrayList<>();
        List<ScoredTrigger> beam = tried(pool.stream().map(Trigger::of).toList(), 1, FINAL_SHARE * tokens / longest);
        found.add(beam.get(0));
        for (int length = 2; length <= longest; length++) {
            Set<Trigger> longer = length == 2
                    ? pairs(pool)
                    : longer(beam, pool, TriggerSearch.count(LONGER_SHARE * tokens / (longest - 2), shortest, length));
            if (!longer.isEmpty()) {
                beam = tried(longer, length, FINAL_SHARE * tokens / longest);
            }
            ScoredTrigger shorter = found.get(length - 2);
            found.add(beam.get(0).margin() > shorter.margin() ? beam.get(0) : shorter);
        }
        return found;
    }

    /** The largest number of words with at most so many pairs, at least 2. */
    private static int wordsOfPairs(int pairs) {
        return Math.max(2, (int) ((1 + Math.sqrt(1 + 8.0 * pairs)) / 2));
    }

    private static Set<Trigger> pairs(List<Integer> pool) {
        Set<Trigger> pairs = new LinkedHashSet<>();
        for (int second = 1; second < pool.size(); second++) {
            for (int first = 0; first < second; first++) {
                pairs.add(Trigger.of(pool.get(first)).with(pool.get(second)));
            }
        }
        return pairs;
    }

    private static Set<Trigger> longer(List<ScoredTrigger> beam, List<Integer> pool, int most) {
        Set<Trigger> longer = new LinkedHashSet<>();
        for (int word : pool) {
            for (ScoredTrigger start : TriggerSearch.first(beam, BEAM)) {
                if (longer.size() < most && !start.trigger().tokens().contains(word)) {
                    longer.add(start.trigger().with(word));
                }
            }
        }
        return longer;
    }

    /** The best of them in the shortest texts, on more texts: the largest margin first. */
    private List<ScoredTrigger> tried(Collection<Trigger> triggers, int length, double tokens) {
        List<ScoredTrigger> first =
                new ArrayList<>(trial.of(name + ", moved words, " + length + " together", triggers, shortest, target));
        first.sort(ScoredTrigger.LARGEST_MARGIN);
        int finalists = Math.min(FINALISTS, TriggerSearch.count(tokens, some, length));
        List<ScoredTrigger> best = new ArrayList<>(trial.of(
                name + ", best moved words, " + length + " together",
                TriggerSearch.triggers(first, finalists),
                some,
                target));
        best.sort(ScoredTrigger.LARGEST_MARGIN);
        return best;
    }
}
