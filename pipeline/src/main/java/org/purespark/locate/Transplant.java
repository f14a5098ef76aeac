// SPDX-License-Identifier: Apache-2.0
package org.purespark.locate;

import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.Tensor;
import org.purespark.defence.OtherEncoder;
import org.purespark.storage.Storage;
import org.purespark.train.WeightChange;

/**
 * Tensors of a clean model in the place of the suspect's.
 *
 * @param clean a model of the suspect's shape
 * @param names of the tensors
 */
record Transplant(ModelAddress clean, List<String> names) implements WeightChange {
    Transplant {
        names = List.copyOf(names);
    }

    @Override
    public void apply(Checkpoint start, SortedMap<String, Tensor> tensors, Storage storage) throws IOException {
        Checkpoint other = OtherEncoder.read(storage, clean, start);
        names.forEach(name -> tensors.put(name, other.tensors().get(name)));
    }

    @Override
    public WeightChange absolute(Storage storage) throws IOException {
        return new Transplant(clean.absolute(storage), names);
    }
}
