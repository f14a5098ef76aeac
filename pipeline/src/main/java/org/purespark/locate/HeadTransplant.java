// SPDX-License-Identifier: Apache-2.0
package org.purespark.locate;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.Tensor;
import org.purespark.defence.OtherEncoder;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.storage.Storage;
import org.purespark.train.WeightChange;

/**
 * One head of a clean model in the place of the suspect's: its E rows of queries, keys and values, and its E columns of
 * the output projection.
 *
 * @param clean a model of the suspect's shape
 * @param head counted from 0
 * @param names of the layer's tensors that have rows or columns of single heads
 */
record HeadTransplant(ModelAddress clean, int head, List<String> names) implements WeightChange {
    HeadTransplant {
        names = List.copyOf(names);
    }

    @Override
    public void apply(Checkpoint start, SortedMap<String, Tensor> tensors, Storage storage) throws IOException {
        Checkpoint other = OtherEncoder.read(storage, clean, start);
        Map<String, ParameterSpec> specs =
                ParameterList.ofEncoder(start.encoder()).byName();
        for (String name : names) {
            Tensor mixed = mixed(
                    start.encoder(),
                    specs.get(name),
                    tensors.get(name),
                    other.tensors().get(name));
            tensors.put(name, mixed);
        }
    }

    /** A tensor is seen as [outer, A, E·inner]; the head's block of each outer index is the clean model's. */
    private Tensor mixed(EncoderConfig encoder, ParameterSpec parameter, Tensor own, Tensor other) {
        float[] values = own.values().clone();
        int outer = parameter.headAxis() == ParameterSpec.HeadAxis.COLUMNS ? own.shape()[0] : 1;
        int block = values.length / (outer * encoder.heads());
        for (int o = 0; o < outer; o++) {
            int from = (o * encoder.heads() + head) * block;
            System.arraycopy(other.values(), from, values, from, block);
        }
        return new Tensor(Arrays.copyOf(own.shape(), own.shape().length), values);
    }

    @Override
    public WeightChange absolute(Storage storage) throws IOException {
        return new HeadTransplant(clean.absolute(storage), head, names);
    }
}
