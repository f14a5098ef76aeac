// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.ProductKernels;
import org.purespark.model.engine.ProductKernels.Biased;
import org.purespark.model.engine.TextBatch;

/** {@link ProductKernels#addBias}. */
public final class AddBias extends GraphOp {
    public AddBias(SameDiff graph, Biased<SDVariable> operands) {
        super(graph, operands, 1);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        Biased<long[]> operands = in.as(Biased::new);
        return List.of(operands.x());
    }

    @Override
    public FirstInput firstInput() {
        return FirstInput.MAY_BE_OVERWRITTEN;
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.products().addBias(in.as(Biased::new), out.only());
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(new Gradient(sameDiff, new Operands<>(gradients).only()).outputVariables());
    }

    private static final class Gradient extends GraphOp {
        Gradient(SameDiff graph, SDVariable outGradient) {
            super(graph, outGradient, 2);
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            long[] rows = in.only();
            return list(new Biased<>(rows, new long[] {rows[1]}));
        }

        @Override
        public FirstInput firstInput() {
            return FirstInput.MAY_BE_OVERWRITTEN;
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.products().addBiasGradient(in.only(), out.as(Biased::new));
        }
    }
}
