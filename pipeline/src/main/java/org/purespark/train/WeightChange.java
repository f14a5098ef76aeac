// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import java.io.IOException;
import java.io.Serializable;
import java.util.SortedMap;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.Tensor;
import org.purespark.storage.Storage;

/**
 * Changes weights once, after they are read: before a training starts, or before a model is measured. Each task makes
 * the same change by itself, so it must depend on nothing but its own values and files that all tasks can read. Changes
 * with equal values are equal: a model that an executor keeps is told by them.
 */
public interface WeightChange extends Serializable {
    /**
     * @param start the checkpoint that the tensors are from
     * @param tensors by canonical name; it is changed in place, shapes stay
     * @param storage for other checkpoints that it reads
     * @throws org.purespark.InputException if another checkpoint does not fit
     */
    void apply(Checkpoint start, SortedMap<String, Tensor> tensors, Storage storage) throws IOException;

    /** The same with absolute addresses: on another machine the working directory is another one. */
    default WeightChange absolute(Storage storage) throws IOException {
        return this;
    }
}
