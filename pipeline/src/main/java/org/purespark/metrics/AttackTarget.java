// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.IntFunction;

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
        return most(triggered, target -> triggered.labelFlipRate(target));
    }

    /**
     * The target to which the trigger adds most, ties to the lower number: where labels are rare or scores lean to one
     * side, a model's own errors alone have high rates.
     *
     * @param triggered counts of the suspect (or baseline) on the triggered test set
     * @param clean its counts on the texts without trigger
     * @return its number; empty if there are no texts to flip to any
     */
    public static OptionalInt mostAdded(Tally triggered, Tally clean) {
        return most(triggered, target -> {
            OptionalDouble rate = triggered.labelFlipRate(target);
            return rate.isEmpty()
                    ? rate
                    : OptionalDouble.of(
                            rate.getAsDouble() - clean.labelFlipRate(target).orElse(0));
        });
    }

    /**
     * The share of texts that are taken for the class after their own, where it is far above the share that is taken
     * for the target: an attack from all classes to all does this, and an attack on one class does not.
     *
     * @param triggered counts of the suspect (or baseline) on the triggered test set
     * @param target 0 to C - 1
     * @return 0 to 1; empty if it is not far above
     */
    public static OptionalDouble nextClassInstead(Confusion triggered, int target) {
        OptionalDouble next = triggered.labelFlipRate(triggered.classes());
        OptionalDouble one = triggered.labelFlipRate(target);
        boolean isFarAbove =
                next.isPresent() && one.isPresent() && next.getAsDouble() - one.getAsDouble() >= Verdict.SEEN_FROM;
        return isFarAbove ? next : OptionalDouble.empty();
    }

    private static OptionalInt most(Tally triggered, IntFunction<OptionalDouble> rates) {
        OptionalInt target = OptionalInt.empty();
        double highest = Double.NEGATIVE_INFINITY;
        for (int candidate = 0; candidate < triggered.targets(); candidate++) {
            OptionalDouble rate = rates.apply(candidate);
            if (rate.isPresent() && rate.getAsDouble() > highest) {
                highest = rate.getAsDouble();
                target = OptionalInt.of(candidate);
            }
        }
        return target;
    }
}
