// SPDX-License-Identifier: Apache-2.0
package org.purespark.locate;

import java.util.List;
import java.util.SortedMap;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.Tensor;
import org.purespark.storage.Storage;
import org.purespark.train.WeightChange;

/**
 * Tensors of zeros in the place of the model's.
 *
 * @param names of the tensors
 */
record Zeros(List<String> names) implements WeightChange {
    Zeros {
        names = List.copyOf(names);
    }

    @Override
    public void apply(Checkpoint start, SortedMap<String, Tensor> tensors, Storage storage) {
        names.forEach(name -> tensors.put(name, Tensor.zeros(tensors.get(name).shape())));
    }
}
