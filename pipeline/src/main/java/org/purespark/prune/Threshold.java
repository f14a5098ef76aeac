// SPDX-License-Identifier: Apache-2.0
package org.purespark.prune;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.purespark.InputException;

/** How far pruning may lower the validation accuracy. */
public sealed interface Threshold {
    /** The lowest accepted validation accuracy, 0 to 1, given that of f itself. */
    double resolve(double ownAccuracy);

    /**
     * The same for every model.
     *
     * @param value validation accuracy, 0 to 1
     */
    record Absolute(double value) implements Threshold {
        public Absolute {
            requireShare("prune.threshold", value);
        }

        @Override
        public double resolve(double ownAccuracy) {
            return value;
        }
    }

    /**
     * Relative to f's own validation accuracy.
     *
     * @param drop the largest accepted fall, 0 to 1
     */
    record MaxDrop(double drop) implements Threshold {
        private static final int DECIMALS = 12;

        public MaxDrop {
            requireShare("prune.max-accuracy-drop", drop);
        }

        /**
         * Own accuracy minus the drop, at least 0. It is rounded down to 12 decimals, so that a fall of exactly the
         * drop is accepted in spite of the rounding of doubles.
         */
        @Override
        public double resolve(double ownAccuracy) {
            return BigDecimal.valueOf(ownAccuracy)
                    .subtract(BigDecimal.valueOf(drop))
                    .max(BigDecimal.ZERO)
                    .setScale(DECIMALS, RoundingMode.FLOOR)
                    .doubleValue();
        }
    }

    private static void requireShare(String key, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new InputException(key + "=" + value + " must be a share of the validation texts, 0 to 1");
        }
    }
}
