// SPDX-License-Identifier: Apache-2.0
package org.purespark.random;

import java.io.Serializable;

/**
 * Passes over texts with dropout, each with other masks, outside of training.
 *
 * @param number of passes, at least 1
 * @param seed that decides the masks
 */
public record DropoutSamples(int number, long seed) implements Serializable {
    public DropoutSamples {
        if (number < 1) {
            throw new IllegalArgumentException(number + " samples of dropout: at least 1 is needed");
        }
    }

    /**
     * A text's key in one pass, never {@link DropoutMask#KEEP_ALL}.
     *
     * @param sample 0 to {@code number} - 1
     * @param text the text's index in its split
     */
    public long key(int sample, int text) {
        return DropoutMask.key(SeededRandom.of(seed, SeededRandom.Purpose.DROPOUT_SAMPLES, sample, text));
    }
}
