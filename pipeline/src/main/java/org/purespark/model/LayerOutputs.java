// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * What the layers of an encoder give besides their last output, in the order of the layers. The letters are those of
 * {@link EncoderGraph}; R is N, and in a last layer that is computed for first tokens alone B.
 *
 * @param clsAttention [N, A] of each layer
 * @param hidden [N, D] after each layer but the last
 * @param states after each layer but the last: all that the next layer reads of the texts, [N, D] each
 * @param neurons [R, F] of each layer: what its last matrix reads, after the activation and, where there are two
 *     halves, after their product
 */
record LayerOutputs(
        List<SDVariable> clsAttention,
        List<SDVariable> hidden,
        List<List<SDVariable>> states,
        List<SDVariable> neurons) {
    /** Of no layer yet. */
    static LayerOutputs none() {
        return new LayerOutputs(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
}
