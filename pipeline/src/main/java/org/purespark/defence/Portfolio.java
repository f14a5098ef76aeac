// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.purespark.config.DefenceChoice;
import org.purespark.config.Settings;
import org.purespark.config.SettingsLoader;

/**
 * {@code defence=auto}: which of several repairs of one suspect is taken, by what can be measured without the trigger.
 * Of the models whose quality is near the best one's, those are left which no clue moves much more than it moves the
 * model that it moves least; of these the defence that comes first in {@link #CANDIDATES} is taken. A trigger that
 * turns texts in every repair says what its words mean, or that no repair helps: it counts against none of them.
 */
public final class Portfolio {
    /**
     * The defences that are tried, as far as their needs are given; the order decides between equal ones.
     */
    public static final List<DefenceChoice> CANDIDATES = List.of(
            DefenceChoice.FINE_MIXING,
            DefenceChoice.CLEAN_START,
            DefenceChoice.WAG,
            DefenceChoice.PURE,
            DefenceChoice.FTH,
            DefenceChoice.RE_INIT,
            DefenceChoice.FINE_PRUNING);

    /** Two excesses that differ by less are equal: each is the largest of many differences of rates of few texts. */
    private static final double EQUAL = 0.15;

    private Portfolio() {}

    /**
     * A repair that was tried.
     *
     * @param quality of its model on the validation texts, 0 to 1
     * @param rises by clue: how much the share of texts that turn to a class rises by it, -1 to 1
     */
    public record Tried(DefenceChoice defence, double quality, Map<String, Double> rises) {
        public Tried {
            rises = Map.copyOf(rises);
        }
    }

    /**
     * What a repair has left.
     *
     * @param excess the largest difference of a clue's rise from its least rise in any repair, 0 to 2
     * @param clue with that difference; null if no clue was measured
     */
    public record Remainder(DefenceChoice defence, double excess, String clue) {}

    /**
     * The repair that is taken.
     *
     * @param reason in words
     * @param remainders of all that were tried, in their order
     */
    public record Choice(DefenceChoice defence, String reason, List<Remainder> remainders) {}

    /** The defences that can be tried with these models at hand, in order. */
    public static List<Defence> candidates(Set<DefenceNeed> given) {
        return CANDIDATES.stream()
                .map(Defences::of)
                .filter(defence -> given.containsAll(defence.needs()))
                .toList();
    }

    /**
     * How far the quality of a repair may lie below the best one's. An absolute threshold of the prune search says
     * nothing of a drop: then it is the usual one.
     */
    public static double maxDrop(Settings settings) {
        Double drop = settings.prune().maxAccuracyDrop();
        return drop == null ? SettingsLoader.defaults().prune().maxAccuracyDrop() : drop;
    }

    /**
     * Chooses.
     *
     * @param tried at least one
     * @param maxDrop how far quality may lie below the best one's
     */
    public static Choice choose(List<Tried> tried, double maxDrop) {
        double best = tried.stream().mapToDouble(Tried::quality).max().orElseThrow();
        Set<DefenceChoice> good = tried.stream()
                .filter(each -> each.quality() >= best - maxDrop)
                .map(Tried::defence)
                .collect(Collectors.toSet());
        Map<String, Double> floor = floor(tried, good);
        List<Remainder> remainders =
                tried.stream().map(each -> remainder(each, floor)).toList();
        List<Remainder> left = remainders.stream()
                .filter(each -> good.contains(each.defence()))
                .toList();
        double least = left.stream().mapToDouble(Remainder::excess).min().orElseThrow();
        List<Remainder> calm =
                left.stream().filter(each -> each.excess() < least + EQUAL).toList();
        DefenceChoice chosen = calm.stream()
                .map(Remainder::defence)
                .min(Comparator.comparingInt(CANDIDATES::indexOf))
                .orElseThrow();
        String reason = String.format(
                Locale.ROOT,
                "%d of %d repairs keep the quality within %.3f of the best one, %.3f; %d of these are left in which no"
                        + " clue turns more than %.3f of the texts above what it turns in the calmest repair; %s is the"
                        + " first of them",
                left.size(),
                tried.size(),
                maxDrop,
                best,
                calm.size(),
                least + EQUAL,
                chosen.spelling());
        return new Choice(chosen, reason, remainders);
    }

    /** By clue: its least rise among the good repairs. */
    private static Map<String, Double> floor(List<Tried> tried, Set<DefenceChoice> good) {
        Map<String, Double> floor = new TreeMap<>();
        tried.stream().filter(each -> good.contains(each.defence())).forEach(each -> each.rises()
                .forEach((clue, rise) -> floor.merge(clue, rise, Math::min)));
        return floor;
    }

    private static Remainder remainder(Tried tried, Map<String, Double> floor) {
        return floor.entrySet().stream()
                .filter(entry -> tried.rises().containsKey(entry.getKey()))
                .map(entry -> new Remainder(
                        tried.defence(),
                        Math.max(0, tried.rises().get(entry.getKey()) - entry.getValue()),
                        entry.getKey()))
                .max(Comparator.comparingDouble(Remainder::excess))
                .orElse(new Remainder(tried.defence(), 0, null));
    }
}
