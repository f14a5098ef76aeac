// SPDX-License-Identifier: Apache-2.0
package org.purespark.prune;

import java.util.HashSet;
import java.util.Set;
import org.purespark.heads.Head;

/**
 * How many sets of pruned heads a search measures in one call, although it may stop after any of them.
 *
 * @param sets in each call, at least 1
 * @param layers L: sets after these are taken too if few layers tell them from the one before, as the others are
 *     computed for both at once
 */
record LookAhead(int sets, int layers) {
    /** Guessed chance that a search needs one more set. */
    private static final double GOES_ON = 0.8;

    /** All sets of a list in one call. */
    static LookAhead all(int sets) {
        return new LookAhead(sets, 0);
    }

    /**
     * Whether a call should measure {@code set} after {@code before}: if the layers that are computed for it alone are
     * fewer than those that are saved if it is needed, times the chance of that.
     *
     * @param further number of the call's sets after {@link #sets}, with this one
     */
    boolean takes(Set<Head> before, Set<Head> set, int further) {
        int common = Math.min(lowest(before, set), lowest(set, before));
        return layers - common < layers * Math.pow(GOES_ON, further);
    }

    /** The lowest layer with a head of {@code some} that is not in {@code others}; L if there is none. */
    private int lowest(Set<Head> some, Set<Head> others) {
        Set<Head> only = new HashSet<>(some);
        only.removeAll(others);
        return only.stream().mapToInt(Head::layer).min().orElse(layers);
    }
}
