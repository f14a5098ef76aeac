// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.search;

import java.util.Comparator;

/**
 * A trigger with what it does to some texts.
 *
 * @param trigger the trigger
 * @param rate share of the texts that are predicted as the target, 0 to 1
 * @param probability mean probability of the target, 0 to 1
 * @param margin mean of how far the target is above all other classes; negative if it is below
 */
public record ScoredTrigger(Trigger trigger, double rate, double probability, double margin) {
    /** The strongest first; the probability tells more of few texts than the rate. */
    static final Comparator<ScoredTrigger> STRONGEST =
            Comparator.comparingDouble(ScoredTrigger::probability).reversed();

    /** The surest answers first. */
    static final Comparator<ScoredTrigger> LARGEST_MARGIN =
            Comparator.comparingDouble(ScoredTrigger::margin).reversed();
}
