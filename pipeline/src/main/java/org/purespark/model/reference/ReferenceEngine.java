// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Engine;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.TextBatch;
import org.purespark.model.engine.UpdateKernels;

/**
 * Computes each formula as it is written, in plain loops, on one thread. Other engines are tested against it. Sums are
 * float64, results float32. It is slow: for tiny models.
 */
public final class ReferenceEngine implements Engine {
    private final UpdateKernels updates = new ReferenceUpdates();

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public DeviceArray allocate(long... shape) {
        return ReferenceArray.unwritten(shape);
    }

    @Override
    public DeviceArray allocateState(long length) {
        return ReferenceArray.filled(0f, length);
    }

    @Override
    public DeviceArray transposed(DeviceArray matrix) {
        ReferenceArray from = ReferenceArray.of(matrix);
        ReferenceArray to = ReferenceArray.unwritten(from.size(1), from.size(0));
        to.fill((i, j) -> from.at(j, i));
        return to;
    }

    /** Every size is possible. */
    @Override
    public void requireHeadSize(int headSize) {}

    @Override
    public Kernels kernels(TextBatch batch) {
        return new Kernels(
                new ReferenceProducts(),
                new ReferenceNorms(batch),
                new ReferenceAttention(batch),
                new ReferencePositions(batch),
                new ReferenceHeads(),
                new ReferenceRows(batch),
                new ReferenceLosses(batch));
    }

    @Override
    public UpdateKernels updates() {
        return updates;
    }

    @Override
    public void close() {
        // It has no threads, and no memory except the arrays.
    }
}
