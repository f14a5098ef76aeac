// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.AttentionKernels.Attended;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.PositionKernels;
import org.purespark.model.engine.PositionKernels.DisentangledBackward;
import org.purespark.model.engine.PositionKernels.DisentangledCall;
import org.purespark.model.engine.PositionKernels.DisentangledInputs;
import org.purespark.model.engine.TextBatch;

/** {@link PositionKernels#disentangledAttention}. */
public final class DisentangledAttention extends GraphOp {
    private final DisentangledCall call;

    public DisentangledAttention(SameDiff graph, DisentangledInputs<SDVariable> operands, DisentangledCall call) {
        super(graph, operands, 2);
        this.call = call;
    }

    /** context [N, D] and CLS attention [N, A]. */
    public Attended<SDVariable> attended() {
        return given().as(Attended::new);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        DisentangledInputs<long[]> operands = in.as(DisentangledInputs::new);
        return RotaryAttention.attended(operands.qkv(), call.attention().heads());
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.positions().disentangledAttention(in.as(DisentangledInputs::new), call, out.as(Attended::new));
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        DisentangledInputs<SDVariable> in = read().as(DisentangledInputs::new);
        Attended<SDVariable> ofOutputs = new Operands<>(gradients).as(Attended::new);
        DisentangledBackward<SDVariable> operands = new DisentangledBackward<>(
                in.qkv(), in.bias(), in.positions(), ofOutputs.context(), ofOutputs.clsAttention());
        return List.of(new Gradient(sameDiff, operands, call).outputVariables());
    }

    private static final class Gradient extends GraphOp {
        private final DisentangledCall call;

        Gradient(SameDiff graph, DisentangledBackward<SDVariable> operands, DisentangledCall call) {
            super(graph, operands, 3);
            this.call = call;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            DisentangledBackward<long[]> operands = in.as(DisentangledBackward::new);
            return list(new DisentangledInputs<>(operands.qkv(), operands.bias(), operands.positions()));
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.positions()
                    .disentangledAttentionGradient(
                            in.as(DisentangledBackward::new), call, out.as(DisentangledInputs::new));
        }
    }
}
