// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.HeadKernels;
import org.purespark.model.engine.HeadKernels.HeadSpreadBackward;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.TextBatch;

/** {@link HeadKernels#headSpread}. */
public final class HeadSpread extends GraphOp {
    private final int heads;

    /** @param heads A */
    public HeadSpread(SameDiff graph, HeadKernels.HeadSpreadInputs<SDVariable> operands, int heads) {
        super(graph, operands, 1);
        this.heads = heads;
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        HeadKernels.HeadSpreadInputs<long[]> operands = in.as(HeadKernels.HeadSpreadInputs::new);
        return List.of(new long[] {heads, operands.q()[0], operands.q()[1]});
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.heads().headSpread(in.as(HeadKernels.HeadSpreadInputs::new), out.only());
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        HeadKernels.HeadSpreadInputs<SDVariable> in = read().as(HeadKernels.HeadSpreadInputs::new);
        SDVariable outGradient = new Operands<>(gradients).only();
        return List.of(
                new Gradient(sameDiff, new HeadSpreadBackward<>(outGradient, in.q(), in.weight())).outputVariables());
    }

    private static final class Gradient extends GraphOp {
        Gradient(SameDiff graph, HeadSpreadBackward<SDVariable> operands) {
            super(graph, operands, 2);
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            HeadSpreadBackward<long[]> operands = in.as(HeadSpreadBackward::new);
            return list(new HeadKernels.HeadSpreadInputs<>(operands.q(), operands.weight()));
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.heads()
                    .headSpreadGradient(in.as(HeadSpreadBackward::new), out.as(HeadKernels.HeadSpreadInputs::new));
        }
    }
}
