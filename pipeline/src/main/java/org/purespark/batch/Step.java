// SPDX-License-Identifier: Apache-2.0
package org.purespark.batch;

import java.io.Serializable;
import java.util.List;

/**
 * The micro-batches of one optimizer update: its loss is the mean of theirs.
 *
 * @param index place among the epoch's steps, from 0
 * @param microBatches at least one, in the fixed order in which their gradients are summed
 */
public record Step(int index, List<MicroBatch> microBatches) implements Serializable {
    public Step {
        if (index < 0) {
            throw new IllegalArgumentException("step " + index + ": the index starts at 0");
        }
        if (microBatches.isEmpty()) {
            throw new IllegalArgumentException("step " + index + " has no micro-batches");
        }
        microBatches = List.copyOf(microBatches);
    }
}
