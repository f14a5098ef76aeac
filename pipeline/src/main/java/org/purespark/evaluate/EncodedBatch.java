// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.io.Serializable;
import java.util.AbstractList;
import java.util.List;
import org.purespark.batch.BatchPlan;
import org.purespark.batch.EncodedSplit;
import org.purespark.batch.MicroBatch;
import org.purespark.task.Answers;

/**
 * Texts that go through the model at once. Batches are cut by the texts' global index, so they are the same on any
 * number of machines.
 *
 * @param texts token ids
 * @param answers of those that have a label
 */
public record EncodedBatch(List<int[]> texts, Answers answers) implements Serializable {
    /** The batches of a split, in order; each is made when it is asked for. */
    public static List<EncodedBatch> of(EncodedSplit split, int batchTexts) {
        int count = BatchPlan.microBatchesPerEpoch(split.size(), batchTexts);
        return new AbstractList<>() {
            @Override
            public EncodedBatch get(int index) {
                return EncodedBatch.of(split, batchTexts, index);
            }

            @Override
            public int size() {
                return count;
            }
        };
    }

    /** Batch {@code index} of a split, from 0. */
    public static EncodedBatch of(EncodedSplit split, int batchTexts, int index) {
        MicroBatch batch = BatchPlan.inOrder(split.size(), batchTexts, index);
        return new EncodedBatch(split.texts(batch), split.answers(batch));
    }
}
