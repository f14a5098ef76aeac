// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.purespark.config.DefenceChoice;
import org.purespark.config.Settings;
import org.purespark.config.SettingsLoader;

/**
 * {@code defence=auto}: which of several repairs of one suspect is taken, by what can be measured without the trigger.
 * Of the models whose quality is near the best one's, those in which known triggers do least are left, and of these the
 * defence that comes first in {@link #CANDIDATES} is taken.
 */
public final class Portfolio {
    /** The defences that are tried, as far as their needs are given; the order decides between equal ones. */
    public static final List<DefenceChoice> CANDIDATES = List.of(
            DefenceChoice.CLEAN_START,
            DefenceChoice.FINE_MIXING,
            DefenceChoice.WAG,
            DefenceChoice.PURE,
            DefenceChoice.MEFT,
            DefenceChoice.RE_INIT,
            DefenceChoice.FINE_PRUNING);

    /** Two rises that differ by less are equal: each is the largest of many rates, of some hundred texts each. */
    private static final double EQUAL = 0.10;

    private Portfolio() {}

    /**
     * A repair that was tried.
     *
     * @param quality of its model on the validation texts, 0 to 1
     * @param suspicion the largest rise of a flip rate by a known trigger, 0 to 1
     */
    public record Tried(DefenceChoice defence, double quality, double suspicion) {}

    /**
     * The repair that is taken.
     *
     * @param reason in words
     */
    public record Choice(DefenceChoice defence, String reason) {}

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
        List<Tried> good =
                tried.stream().filter(each -> each.quality() >= best - maxDrop).toList();
        double least = good.stream().mapToDouble(Tried::suspicion).min().orElseThrow();
        List<Tried> calm =
                good.stream().filter(each -> each.suspicion() < least + EQUAL).toList();
        Tried chosen = calm.stream()
                .min(Comparator.comparingInt(each -> CANDIDATES.indexOf(each.defence())))
                .orElseThrow();
        String reason = String.format(
                Locale.ROOT,
                "%d of %d repairs keep the quality within %.3f of the best one, %.3f; in %d of these known triggers"
                        + " flip least (at most %.3f more than without them); %s is the first of them",
                good.size(),
                tried.size(),
                maxDrop,
                best,
                calm.size(),
                least + EQUAL,
                chosen.defence().spelling());
        return new Choice(chosen.defence(), reason);
    }
}
