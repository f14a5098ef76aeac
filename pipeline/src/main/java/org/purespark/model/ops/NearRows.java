// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.RowKernels;
import org.purespark.model.engine.TextBatch;

/** {@link RowKernels#nearRows}: the rows of near tokens, side by side. */
public final class NearRows extends GraphOp {
    private final int kernel;

    /**
     * @param x [N, W]
     * @param kernel number of near tokens, with the token itself; odd
     */
    public NearRows(SameDiff graph, SDVariable x, int kernel) {
        super(graph, x, 1);
        this.kernel = kernel;
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        return List.of(new long[] {in.only()[0], in.only()[1] * kernel});
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.rows().nearRows(in.only(), kernel, out.only());
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(new Gradient(sameDiff, new Operands<>(gradients).only(), kernel).outputVariable());
    }

    private static final class Gradient extends GraphOp {
        private final int kernel;

        Gradient(SameDiff graph, SDVariable outGradient, int kernel) {
            super(graph, outGradient, 1);
            this.kernel = kernel;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            return List.of(new long[] {in.only()[0], in.only()[1] / kernel});
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.rows().nearRowsGradient(in.only(), kernel, out.only());
        }
    }
}
