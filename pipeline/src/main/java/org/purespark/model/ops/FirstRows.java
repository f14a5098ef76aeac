// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.RowKernels;
import org.purespark.model.engine.TextBatch;

/** {@link RowKernels#firstRows}: the first token of each text. */
public final class FirstRows extends GraphOp {
    /** @param x [N, W] */
    public FirstRows(SameDiff graph, SDVariable x) {
        super(graph, x, 1);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        return List.of(new long[] {batch.texts(), in.only()[1]});
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.rows().firstRows(in.only(), out.only());
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
            kernels.rows().firstRowsGradient(in.only(), out.only());
        }
    }
}
