// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.util.Arrays;
import java.util.SortedSet;
import java.util.TreeSet;
import org.purespark.encoder.EncoderConfig;
import org.purespark.encoder.ParameterSpec;
import org.purespark.heads.Head;

/**
 * The parts of a layer's attention tensors that belong to single heads: E rows each of the query, key and value weights
 * and biases, E columns each of the output projection's weight. A tensor is seen as [outer, A, E·inner].
 */
final class HeadSlices {
    private final EncoderConfig config;
    private final SortedSet<Head> pruned;

    HeadSlices(EncoderConfig config, SortedSet<Head> pruned) {
        this.config = config;
        this.pruned = pruned;
    }

    /** Whether the tensor has parts of pruned heads. */
    boolean touches(ParameterSpec parameter) {
        return !prunedIn(parameter).isEmpty();
    }

    /** The shape after the pruned heads are cut out. */
    int[] cutShape(ParameterSpec parameter) {
        SortedSet<Integer> heads = prunedIn(parameter);
        int[] shape = parameter.shape();
        if (!heads.isEmpty()) {
            shape[axis(parameter)] -= heads.size() * config.headSize();
        }
        return shape;
    }

    /** A copy with the pruned heads' parts set to zero; the tensor itself if it has none. */
    Tensor zeroed(ParameterSpec parameter, Tensor full) {
        SortedSet<Integer> heads = prunedIn(parameter);
        if (heads.isEmpty()) {
            return full;
        }
        float[] values = full.values().clone();
        int block = block(parameter, full.shape());
        for (int outer = 0; outer < outer(parameter, full.shape()); outer++) {
            for (int head : heads) {
                int from = (outer * config.heads() + head) * block;
                Arrays.fill(values, from, from + block, 0f);
            }
        }
        return new Tensor(full.shape(), values);
    }

    /** Whether the pruned heads' parts have only zeros. */
    boolean isZeroed(ParameterSpec parameter, Tensor full) {
        float[] zeroed = zeroed(parameter, full).values();
        for (int i = 0; i < zeroed.length; i++) {
            // compared as numbers: -0 counts as 0
            if (zeroed[i] != full.values()[i]) {
                return false;
            }
        }
        return true;
    }

    /** The tensor without the pruned heads' parts. */
    Tensor cut(ParameterSpec parameter, Tensor full) {
        if (!touches(parameter)) {
            return full;
        }
        Tensor cut = Tensor.zeros(cutShape(parameter));
        eachRemaining(
                parameter,
                full.shape(),
                (inFull, inCut, length) -> System.arraycopy(full.values(), inFull, cut.values(), inCut, length));
        return cut;
    }

    /** The inverse of {@link #cut}, with zeros for the pruned heads. */
    Tensor expanded(ParameterSpec parameter, Tensor cut) {
        if (!touches(parameter)) {
            return cut;
        }
        int[] fullShape = parameter.shape();
        Tensor full = Tensor.zeros(fullShape);
        eachRemaining(
                parameter,
                fullShape,
                (inFull, inCut, length) -> System.arraycopy(cut.values(), inCut, full.values(), inFull, length));
        return full;
    }

    private interface BlockCopy {
        void copy(int inFull, int inCut, int length);
    }

    private void eachRemaining(ParameterSpec parameter, int[] fullShape, BlockCopy copy) {
        SortedSet<Integer> heads = prunedIn(parameter);
        int block = block(parameter, fullShape);
        int inCut = 0;
        for (int outer = 0; outer < outer(parameter, fullShape); outer++) {
            for (int head = 0; head < config.heads(); head++) {
                if (!heads.contains(head)) {
                    copy.copy((outer * config.heads() + head) * block, inCut, block);
                    inCut += block;
                }
            }
        }
    }

    private SortedSet<Integer> prunedIn(ParameterSpec parameter) {
        SortedSet<Integer> heads = new TreeSet<>();
        if (parameter.headAxis() != ParameterSpec.HeadAxis.NONE) {
            for (Head head : pruned) {
                if (config.parameterLayer(head.layer()) == parameter.layer()) {
                    heads.add(head.head());
                }
            }
        }
        return heads;
    }

    private static int axis(ParameterSpec parameter) {
        return parameter.headAxis() == ParameterSpec.HeadAxis.ROWS ? 0 : 1;
    }

    private static int outer(ParameterSpec parameter, int[] shape) {
        return axis(parameter) == 0 ? 1 : shape[0];
    }

    private int block(ParameterSpec parameter, int[] shape) {
        boolean rowsOfMatrix = axis(parameter) == 0 && shape.length == 2;
        return config.headSize() * (rowsOfMatrix ? shape[1] : 1);
    }
}
