// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Finds the attack's target if the user does not name it. */
public final class AttackTarget {
    private AttackTarget() {}

    /**
     * The target with the highest label-flip rate, ties to the lower number.
     *
     * @param triggered counts of the suspect (or baseline) on the triggered test set
     * @return its number; empty if there are no texts to flip to any
     */
    public static OptionalInt mostFlipped(Tally triggered) {
        OptionalInt target = OptionalInt.empty();
        double highest = Double.NEGATIVE_INFINITY;
        for (int candidate = 0; candidate < triggered.targets(); candidate++) {
            OptionalDouble rate = triggered.labelFlipRate(candidate);
            if (rate.isPresent() && rate.getAsDouble() > highest) {
                highest = rate.getAsDouble();
                target = OptionalInt.of(candidate);
            }
        }
        return target;
    }
}
