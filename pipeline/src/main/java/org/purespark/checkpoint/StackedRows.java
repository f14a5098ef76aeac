// SPDX-License-Identifier: Apache-2.0
package org.purespark.checkpoint;

import java.util.ArrayList;
import java.util.List;

/** Tensors that are one below the other in one tensor: only their numbers of rows differ. */
final class StackedRows {
    private StackedRows() {}

    /** The shape of the whole. */
    static int[] shape(List<int[]> parts) {
        int[] shape = parts.get(0).clone();
        for (int[] part : parts.subList(1, parts.size())) {
            shape[0] += part[0];
        }
        return shape;
    }

    /** The whole; the part itself if there is only one. */
    static Tensor join(List<Tensor> parts) {
        if (parts.size() == 1) {
            return parts.get(0);
        }
        Tensor whole = Tensor.zeros(shape(parts.stream().map(Tensor::shape).toList()));
        int from = 0;
        for (Tensor part : parts) {
            System.arraycopy(part.values(), 0, whole.values(), from, part.values().length);
            from += part.values().length;
        }
        return whole;
    }

    /** The inverse of {@link #join}. */
    static List<Tensor> split(Tensor whole, List<int[]> shapes) {
        if (shapes.size() == 1) {
            return List.of(whole);
        }
        List<Tensor> parts = new ArrayList<>();
        int from = 0;
        for (int[] shape : shapes) {
            Tensor part = Tensor.zeros(shape);
            System.arraycopy(whole.values(), from, part.values(), 0, part.values().length);
            parts.add(part);
            from += part.values().length;
        }
        return parts;
    }
}
