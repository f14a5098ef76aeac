// SPDX-License-Identifier: Apache-2.0
package org.purespark.defence;

import java.io.IOException;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.checkpoint.Checkpoint;
import org.purespark.checkpoint.CheckpointReader;
import org.purespark.checkpoint.ModelAddress;
import org.purespark.checkpoint.Tensor;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.storage.Storage;

/** The encoder of a model whose weights are to be joined with the suspect's. */
public final class OtherEncoder {
    private OtherEncoder() {}

    /**
     * Its tensors, without those of a classifier, by the names of {@link ParameterList}.
     *
     * @param start the suspect
     * @throws InputException if it is not a valid checkpoint, or does not have the suspect's tensors with their shapes
     */
    static SortedMap<String, Tensor> tensors(Storage storage, ModelAddress other, Checkpoint start) throws IOException {
        Checkpoint read = read(storage, other, start);
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        ParameterList.ofEncoder(start.encoder())
                .specs()
                .forEach(parameter ->
                        tensors.put(parameter.name(), read.tensors().get(parameter.name())));
        return tensors;
    }

    /**
     * The whole model.
     *
     * @param start the suspect
     * @throws InputException if it is not a valid checkpoint, or its encoder does not have the suspect's tensors with
     *     their shapes
     */
    public static Checkpoint read(Storage storage, ModelAddress other, Checkpoint start) throws IOException {
        Checkpoint read = new CheckpointReader(storage).read(other);
        if (!read.prunedHeads().isEmpty()) {
            throw new InputException("the model " + other.directory() + " has pruned heads " + read.prunedHeads()
                    + ": their weights cannot be joined with the suspect's; give the model before it was pruned");
        }
        for (ParameterSpec parameter : ParameterList.ofEncoder(start.encoder()).specs()) {
            Tensor tensor = read.tensors().get(parameter.name());
            if (tensor == null || !Arrays.equals(tensor.shape(), parameter.shape())) {
                throw new InputException("the model " + other.directory() + " does not fit the suspect: tensor "
                        + parameter.name() + " has shape " + Arrays.toString(parameter.shape())
                        + " in the suspect, and "
                        + (tensor == null ? "is not there" : Arrays.toString(tensor.shape()))
                        + " here; give a model with the suspect's architecture and vocabulary");
            }
        }
        return read;
    }
}
