// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.HeadKernels;
import org.purespark.model.engine.HeadKernels.HeadGatherBackward;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.TextBatch;

/** {@link HeadKernels#headGather}. */
public final class HeadGather extends GraphOp {
    public HeadGather(SameDiff graph, HeadKernels.HeadGatherInputs<SDVariable> operands) {
        super(graph, operands, 1);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        HeadKernels.HeadGatherInputs<long[]> operands = in.as(HeadKernels.HeadGatherInputs::new);
        return List.of(new long[] {operands.z()[1], operands.z()[2]});
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.heads().headGather(in.as(HeadKernels.HeadGatherInputs::new), out.only());
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        HeadKernels.HeadGatherInputs<SDVariable> in = read().as(HeadKernels.HeadGatherInputs::new);
        SDVariable outGradient = new Operands<>(gradients).only();
        HeadGatherBackward<SDVariable> operands =
                new HeadGatherBackward<>(outGradient, in.z(), in.sums(), in.weight(), in.bias());
        return List.of(new Gradient(sameDiff, operands).outputVariables());
    }

    private static final class Gradient extends GraphOp {
        Gradient(SameDiff graph, HeadGatherBackward<SDVariable> operands) {
            super(graph, operands, 4);
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            HeadGatherBackward<long[]> operands = in.as(HeadGatherBackward::new);
            return list(new HeadKernels.HeadGatherInputs<>(
                    operands.z(), operands.sums(), operands.weight(), operands.bias()));
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.heads()
                    .headGatherGradient(in.as(HeadGatherBackward::new), out.as(HeadKernels.HeadGatherInputs::new));
        }
    }
}
