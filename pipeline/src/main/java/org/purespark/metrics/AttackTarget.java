// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Finds the attack's target class if the user does not name it. */
public final class AttackTarget {
    private AttackTarget() {}

    /**
     * The class with the highest label-flip rate, ties to the lower class.
     *
     * @param triggered counts of the suspect (or baseline) on the triggered test set
     * @return empty if there are no texts to flip to any class
     */
    public static OptionalInt mostFlipped(Confusion triggered) {
        OptionalInt target = OptionalInt.empty();
        double highest = Double.NEGATIVE_INFINITY;
        for (int candidate = 0; candidate < triggered.classes(); candidate++) {
            OptionalDouble rate = triggered.labelFlipRate(candidate);
            if (rate.isPresent() && rate.getAsDouble() > highest) {
                highest = rate.getAsDouble();
                target = OptionalInt.of(candidate);
            }
        }
        return target;
    }
}
