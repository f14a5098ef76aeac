// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.purespark.batch.BatchPlan;
import org.purespark.batch.EncodedSplit;
import org.purespark.batch.MicroBatch;

/**
 * Texts that go through the model at once. Batches are cut by the texts' global index, so they are the same on any
 * number of machines.
 *
 * @param texts token ids
 * @param labels class of each, or {@link EncodedSplit#NO_LABEL}
 */
public record EncodedBatch(List<int[]> texts, int[] labels) implements Serializable {
    /** The batches of a split, in order. */
    public static List<EncodedBatch> of(EncodedSplit split, int batchTexts) {
        List<EncodedBatch> batches = new ArrayList<>();
        for (MicroBatch batch : BatchPlan.inOrder(split.size(), batchTexts).microBatches()) {
            batches.add(new EncodedBatch(split.texts(batch), split.labels(batch)));
        }
        return batches;
    }
}
