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
 * The pruned heads, and the search that found them.
 *
 * @param threshold lowest accepted validation accuracy, 0 to 1
 * @param pruned the heads, by (layer, head)
 * @param steps every measurement, in the order of the search; the first is f itself
 * @param ending the reason for the end of the search
 */
public record PrunePlan(double threshold, SortedSet<Head> pruned, List<PruneStep> steps, Ending ending)
        implements Serializable {
    /** Why the search for heads to prune ended. */
    public enum Ending {
        /** A group went below the threshold, and heads were given back until the accuracy was at it again. */
        THRESHOLD_REACHED,
        /** The accuracy was never below the threshold: only each layer's highest-scored head is left. */
        ALL_GROUPS_PRUNED,
        /** f itself is below the threshold: nothing is pruned. */
        BELOW_FROM_START,
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
                    pruned.isEmpty() ? "No head is" : heads + (pruned.size() == 1 ? " is" : " are"),
                    measure,
                    ownAccuracy(),
                    accuracy(),
                    threshold);
            case GROUP_GIVEN_BACK_STILL_BELOW -> text(
                    "%s pruned: the last group was given back whole, yet validation %s is %.4f, below the "
                            + "threshold of %.4f that it had met before. Measurements of the same model differ.",
                    pruned.isEmpty() ? "No head is" : heads + (pruned.size() == 1 ? " is" : " are"),
                    measure,
                    accuracy(),
                    threshold);
        };
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
