// SPDX-License-Identifier: Apache-2.0
package org.purespark.batch;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The texts of one loss, in the order of its tensors.
 *
 * @param index place among the epoch's micro-batches, from 0
 * @param texts indexes of the texts in their split, at least one
 */
public record MicroBatch(int index, int[] texts) implements Serializable {
    public MicroBatch {
        if (index < 0) {
            throw new IllegalArgumentException("micro-batch " + index + ": the index starts at 0");
        }
        if (texts.length == 0) {
            throw new IllegalArgumentException("micro-batch " + index + " has no texts");
        }
        texts = texts.clone();
    }

    @Override
    public int[] texts() {
        return texts.clone();
    }

    /** B, the number of texts. */
    public int size() {
        return texts.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MicroBatch that && index == that.index && Arrays.equals(texts, that.texts);
    }

    @Override
    public int hashCode() {
        return 31 * index + Arrays.hashCode(texts);
    }

    @Override
    public String toString() {
        return "MicroBatch[index=" + index + ", texts=" + Arrays.toString(texts) + "]";
    }
}
