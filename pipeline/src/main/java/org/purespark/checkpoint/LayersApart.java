// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.util.SortedMap;
import java.util.TreeMap;
import org.purespark.InputException;
import org.purespark.encoder.ClassifierKind;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.LayerSharing;
import org.purespark.encoder.ParameterList;
import org.purespark.encoder.ParameterSpec;
import org.purespark.family.DeclaredModel;

/**
 * Models whose layers have common weights, written with a copy for each layer: only so can a head be missing in one
 * layer alone. Both compute the same, until the copies are trained.
 */
final class LayersApart {
    private LayersApart() {}

    /** Whether the model's pruned heads can be written only with its layers apart. */
    static boolean isNeeded(Checkpoint checkpoint) {
        return share(checkpoint.encoder()) && !checkpoint.prunedHeads().isEmpty();
    }

    private static boolean share(EncoderConfig encoder) {
        return encoder.architecture().layerSharing() != LayerSharing.NONE;
    }

    /** The same model with its layers apart; all copies are the same tensor in memory. */
    static Checkpoint of(Checkpoint checkpoint) {
        EncoderConfig apart = checkpoint.encoder().withLayersApart();
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        ParameterList.of(apart, checkpoint.classifierKind(), checkpoint.labels().size())
                .byName()
                .forEach((name, parameter) ->
                        tensors.put(name, checkpoint.tensors().get(common(parameter, checkpoint.encoder()))));
        return new Checkpoint(
                checkpoint.family(),
                apart,
                checkpoint.classifierKind(),
                tensors,
                checkpoint.labels(),
                checkpoint.task(),
                checkpoint.prunedHeads(),
                checkpoint.tokenizerFiles(),
                checkpoint.rawConfig(),
                checkpoint.warnings());
    }

    private static String common(ParameterSpec parameter, EncoderConfig encoder) {
        return parameter.part().inLayers()
                ? parameter.part().path(encoder.parameterLayer(parameter.layer()))
                        + parameter.role().suffix()
                : parameter.name();
    }

    /** @throws InputException if layers share weights, and a copy for each makes more than can be read */
    static void requireReadable(EncoderConfig encoder, ClassifierKind kind) {
        if (share(encoder)) {
            DeclaredModel.requireAddressable(
                    encoder.withLayersApart(),
                    kind,
                    "a model with heads pruned layer by layer whose layers share weights, as each layer then has a"
                            + " copy");
        }
    }
}
