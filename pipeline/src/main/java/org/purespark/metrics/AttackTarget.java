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
     * Whether many more texts are taken for the class after their own than for the target: an attack from all classes
     * to all does this, and an attack on one class does not.
     *
     * @param triggered counts of the suspect (or baseline) on the triggered test set
     * @param target 0 to C - 1
     */
    public static boolean isRatherNextClass(Confusion triggered, int target) {
        OptionalDouble next = triggered.labelFlipRate(triggered.classes());
        OptionalDouble one = triggered.labelFlipRate(target);
        return next.isPresent() && one.isPresent() && next.getAsDouble() - one.getAsDouble() >= Verdict.SEEN_FROM;
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
