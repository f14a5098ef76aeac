// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.RowKernels;
import org.purespark.model.engine.TextBatch;

/** {@link RowKernels#meanRows}: the mean of each text's tokens. */
public final class MeanRows extends GraphOp {
    /** @param x [N, W] */
    public MeanRows(SameDiff graph, SDVariable x) {
        super(graph, x, 1);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        return List.of(new long[] {batch.texts(), in.only()[1]});
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.rows().meanRows(in.only(), out.only());
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(new Gradient(sameDiff, new Operands<>(gradients).only()).outputVariable());
    }

    private static final class Gradient extends GraphOp {
        Gradient(SameDiff graph, SDVariable outGradient) {
            super(graph, outGradient, 1);
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            return List.of(new long[] {batch.tokens(), in.only()[1]});
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.rows().meanRowsGradient(in.only(), out.only());
        }
    }
}
