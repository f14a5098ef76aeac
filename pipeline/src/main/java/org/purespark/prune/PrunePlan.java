// SPDX-License-Identifier: Apache-2.0
package org.purespark.prune;

import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.heads.Head;

/**
 * The pruned heads, and the measurements that came with the choice.
 *
 * @param threshold lowest accepted validation accuracy, 0 to 1
 * @param pruned the heads, by (layer, head)
 * @param steps measurements in their order; the first is f itself, the last one is without the pruned heads. A search
 *     by rewards has these two alone
 * @param ending why no more heads are pruned
 */
public record PrunePlan(double threshold, SortedSet<Head> pruned, List<PruneStep> steps, Ending ending)
        implements Serializable {
    /** Why no more heads are pruned. */
    public enum Ending {
        /** A group went below the threshold, and heads were given back until the accuracy was at it again. */
        THRESHOLD_REACHED,
        /** The accuracy was never below the threshold: only each layer's highest-scored head is left. */
        ALL_GROUPS_PRUNED,
        /** f itself is below the threshold: nothing is pruned. */
        BELOW_FROM_START,
        /** No search: the lowest share of all heads is pruned. */
        SHARE_OF_ALL_PRUNED,
        /** No search: the lowest share of each layer's heads is pruned. */
        SHARE_OF_LAYERS_PRUNED,
        /** A search by rewards: of the measured sets at the threshold the one with the highest reward is pruned. */
        HIGHEST_REWARD,
        /** The last group is given back, and the accuracy is still below the threshold: measurements differ. */
        GROUP_GIVEN_BACK_STILL_BELOW
    }

    public PrunePlan {
        pruned = Collections.unmodifiableSortedSet(new TreeSet<>(pruned));
        steps = List.copyOf(steps);
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("a prune plan starts with the accuracy of the unpruned model");
        }
    }

    /** Validation accuracy of f itself, 0 to 1. */
    public double ownAccuracy() {
        return steps.get(0).accuracy();
    }

    /** Validation accuracy without the pruned heads, 0 to 1. */
    public double accuracy() {
        return steps.get(steps.size() - 1).accuracy();
    }

    /**
     * The result and its reason, in one or two sentences for the user.
     *
     * @param measure what stands for accuracy, in words
     */
    public String explanation(String measure) {
        String heads = pruned.size() == 1 ? "1 head" : pruned.size() + " heads";
        return switch (ending) {
            case BELOW_FROM_START -> text(
                    "Nothing is pruned: validation %s is %.4f before any pruning, below the threshold of %.4f. "
                            + "Lower the threshold (prune.threshold), or give prune.max-accuracy-drop instead.",
                    measure, ownAccuracy(), threshold);
            case ALL_GROUPS_PRUNED -> text(
                    "All heads that may go are pruned (%s; each layer keeps its highest-scored one): validation "
                            + "%s came from %.4f to %.4f and never fell below the threshold of %.4f.",
                    heads, measure, ownAccuracy(), accuracy(), threshold);
            case THRESHOLD_REACHED -> text(
                    "%s pruned: validation %s came from %.4f to %.4f; with more heads out it is below the "
                            + "threshold of %.4f.",
                    headsAre(), measure, ownAccuracy(), accuracy(), threshold);
            case SHARE_OF_ALL_PRUNED -> ofShare("the lowest-scored share of all heads", measure);
            case SHARE_OF_LAYERS_PRUNED -> ofShare("the lowest-scored share of each layer's heads", measure);
            case HIGHEST_REWARD -> pruned.isEmpty()
                    ? text(
                            "No head is pruned: no measured set at the threshold of %.4f has a higher reward than all"
                                    + " heads. Validation %s is %.4f; a higher prune.price prunes more.",
                            threshold, measure, ownAccuracy())
                    : text(
                            "%s pruned, the measured set with the highest reward: validation %s came from %.4f to"
                                    + " %.4f, at the threshold of %.4f or above.",
                            headsAre(), measure, ownAccuracy(), accuracy(), threshold);
            case GROUP_GIVEN_BACK_STILL_BELOW -> text(
                    "%s pruned: the last group was given back whole, yet validation %s is %.4f, below the "
                            + "threshold of %.4f that it had met before. Measurements of the same model differ.",
                    headsAre(), measure, accuracy(), threshold);
        };
    }

    private String ofShare(String share, String measure) {
        if (pruned.isEmpty()) {
            return text(
                    "No head is pruned: prune.share is less than half a head, or only heads that are the best of their"
                            + " layers are in it. Validation %s is %.4f.",
                    measure, ownAccuracy());
        }
        String result = text(
                "%s pruned, %s (each layer keeps its highest-scored one): validation %s came from %.4f to %.4f.",
                headsAre(), share, measure, ownAccuracy(), accuracy());
        return accuracy() >= threshold
                ? result
                : result
                        + text(
                                " It is below the threshold of %.4f, which this policy does not keep to: lower"
                                        + " prune.share, or set prune.policy to groups.",
                                threshold);
    }

    private String headsAre() {
        return switch (pruned.size()) {
            case 0 -> "No head is";
            case 1 -> "1 head is";
            default -> pruned.size() + " heads are";
        };
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
