package org.purespark.prune;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.purespark.InputException;

/** How low validation accuracy may come by pruning. */
public sealed interface Threshold {
    /** The lowest validation accuracy that is enough, given that of f itself, 0 to 1. */
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
     * @param drop how far below it is still enough, 0 to 1
     */
    record MaxDrop(double drop) implements Threshold {
        private static final int DECIMALS = 12;

        public MaxDrop {
            requireShare("prune.max-accuracy-drop", drop);
        }

        /**
         * Own accuracy less the drop, rounded down to 12 decimals: an accuracy that lies exactly the drop below is
         * enough, which the difference of two doubles would not promise. Not below 0.
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
