// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.util.Comparator;
import java.util.HashMap;
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
 * model that it moves least; of these the defence that comes first in {@link #CANDIDATES} is taken. A clue counts only
 * if some repair takes away much of what it does in the suspect. One that turns texts in every repair says what its
 * words mean, or that no repair helps: it counts against none of them.
 */
public final class Portfolio {
    /** The defences that are tried, as far as their needs are given; the order decides between equal ones. */
    public static final List<DefenceChoice> CANDIDATES = List.of(
            DefenceChoice.FINE_MIXING,
            DefenceChoice.CLEAN_START,
            DefenceChoice.WAG,
            DefenceChoice.PURE,
            DefenceChoice.FTH,
            DefenceChoice.RE_INIT,
            DefenceChoice.FINE_PRUNING);

    /** A clue counts if some repair turns less of the texts by this share at least. */
    private static final double TAKEN_AWAY = 0.30;

    /** Two excesses that differ by less are equal: they are differences of rates of some hundred texts. */
    private static final double EQUAL = 0.10;

    private Portfolio() {}

    /**
     * What a clue does: how much the share of the texts of other classes that turn to a class rises by it.
     *
     * @param before in the fine-tuned suspect, -1 to 1
     * @param after in a repair, -1 to 1
     */
    public record Rise(double before, double after) {}

    /**
     * A repair that was tried.
     *
     * @param quality of its model on the validation texts, 0 to 1
     * @param rises by clue, a trigger and its target in words
     */
    public record Tried(DefenceChoice defence, double quality, Map<String, Rise> rises) {
        public Tried {
            rises = Map.copyOf(rises);
        }
    }

    /**
     * What a repair has left.
     *
     * @param excess the largest difference of a clue's rise from its least rise in any repair, 0 to 2
     * @param clue with that difference; null if no clue counts
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
                "%d of %d repairs keep the quality within %.3f of the best one, %.3f; in %d of these no clue turns %.2f"
                        + " of the texts more than in the repair where it turns least; %s is the first of them",
                left.size(),
                tried.size(),
                maxDrop,
                best,
                calm.size(),
                least + EQUAL,
                chosen.spelling());
        return new Choice(chosen, reason, remainders);
    }

    /** By clue that counts: its least rise in the good repairs. */
    private static Map<String, Double> floor(List<Tried> tried, Set<DefenceChoice> good) {
        Map<String, Double> floor = new TreeMap<>();
        Map<String, Double> before = new HashMap<>();
        tried.stream().filter(each -> good.contains(each.defence())).forEach(each -> each.rises()
                .forEach((clue, rise) -> {
                    floor.merge(clue, rise.after(), Math::min);
                    before.put(clue, rise.before());
                }));
        floor.entrySet().removeIf(clue -> before.get(clue.getKey()) - clue.getValue() < TAKEN_AWAY);
        return floor;
    }

    private static Remainder remainder(Tried tried, Map<String, Double> floor) {
        return floor.entrySet().stream()
                .filter(clue -> tried.rises().containsKey(clue.getKey()))
                .map(clue -> new Remainder(
                        tried.defence(),
                        Math.max(0, tried.rises().get(clue.getKey()).after() - clue.getValue()),
                        clue.getKey()))
                .max(Comparator.comparingDouble(Remainder::excess))
                .orElse(new Remainder(tried.defence(), 0, null));
    }
}
