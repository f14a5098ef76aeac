package org.purespark.checkpoint;

import java.util.Arrays;
import java.util.SortedSet;
import java.util.TreeSet;
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
    boolean touches(String canonical) {
        return !prunedIn(canonical).isEmpty();
    }

    /** The shape once the pruned heads are cut out. */
    int[] cutShape(String canonical, int[] full) {
        SortedSet<Integer> heads = prunedIn(canonical);
        int[] shape = full.clone();
        if (!heads.isEmpty()) {
            shape[axis(canonical)] -= heads.size() * config.headSize();
        }
        return shape;
    }

    /** A copy with the pruned heads' parts set to zero; the tensor itself where it has none. */
    Tensor zeroed(String canonical, Tensor full) {
        SortedSet<Integer> heads = prunedIn(canonical);
        if (heads.isEmpty()) {
            return full;
        }
        float[] values = full.values().clone();
        int block = block(canonical, full.shape());
        for (int outer = 0; outer < outer(canonical, full.shape()); outer++) {
            for (int head : heads) {
                int from = (outer * config.heads() + head) * block;
                Arrays.fill(values, from, from + block, 0f);
            }
        }
        return new Tensor(full.shape(), values);
    }

    /** Whether the pruned heads' parts hold nothing but zeros. */
    boolean isZeroed(String canonical, Tensor full) {
        float[] zeroed = zeroed(canonical, full).values();
        for (int i = 0; i < zeroed.length; i++) {
            // compared as numbers: -0 counts as 0
            if (zeroed[i] != full.values()[i]) {
                return false;
            }
        }
        return true;
    }

    /** The tensor without the pruned heads' parts. */
    Tensor cut(String canonical, Tensor full) {
        if (!touches(canonical)) {
            return full;
        }
        Tensor cut = Tensor.zeros(cutShape(canonical, full.shape()));
        eachRemaining(
                canonical,
                full.shape(),
                (inFull, inCut, length) -> System.arraycopy(full.values(), inFull, cut.values(), inCut, length));
        return cut;
    }

    /** The inverse of {@link #cut}, with zeros for the pruned heads. */
    Tensor expanded(String canonical, Tensor cut, int[] fullShape) {
        if (!touches(canonical)) {
            return cut;
        }
        Tensor full = Tensor.zeros(fullShape);
        eachRemaining(
                canonical,
                fullShape,
                (inFull, inCut, length) -> System.arraycopy(cut.values(), inCut, full.values(), inFull, length));
        return full;
    }

    private interface BlockCopy {
        void copy(int inFull, int inCut, int length);
    }

    private void eachRemaining(String canonical, int[] fullShape, BlockCopy copy) {
        SortedSet<Integer> heads = prunedIn(canonical);
        int block = block(canonical, fullShape);
        int inCut = 0;
        for (int outer = 0; outer < outer(canonical, fullShape); outer++) {
            for (int head = 0; head < config.heads(); head++) {
                if (!heads.contains(head)) {
                    copy.copy((outer * config.heads() + head) * block, inCut, block);
                    inCut += block;
                }
            }
        }
    }

    private SortedSet<Integer> prunedIn(String canonical) {
        SortedSet<Integer> heads = new TreeSet<>();
        if (canonical.contains(".attention.self.") || canonical.endsWith(".attention.output.dense.weight")) {
            for (Head head : pruned) {
                if (canonical.startsWith(TensorLayout.layer(head.layer()))) {
                    heads.add(head.head());
                }
            }
        }
        return heads;
    }

    private static int axis(String canonical) {
        return canonical.contains(".attention.self.") ? 0 : 1;
    }

    private static int outer(String canonical, int[] shape) {
        return axis(canonical) == 0 ? 1 : shape[0];
    }

    private int block(String canonical, int[] shape) {
        boolean rowsOfMatrix = axis(canonical) == 0 && shape.length == 2;
        return config.headSize() * (rowsOfMatrix ? shape[1] : 1);
    }
}
