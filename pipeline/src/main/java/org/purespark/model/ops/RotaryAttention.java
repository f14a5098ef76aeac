// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.AttentionKernels.Attended;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.PositionKernels;
import org.purespark.model.engine.PositionKernels.RotaryBackward;
import org.purespark.model.engine.PositionKernels.RotaryCall;
import org.purespark.model.engine.TextBatch;

/** {@link PositionKernels#rotaryAttention}. */
public final class RotaryAttention extends GraphOp {
    private final RotaryCall call;

    /** @param qkv [N, 3D] */
    public RotaryAttention(SameDiff graph, SDVariable qkv, RotaryCall call) {
        super(graph, qkv, 2);
        this.call = call;
    }

    /** context [N, D] and CLS attention [N, A]. */
    public Attended<SDVariable> attended() {
        return given().as(Attended::new);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        return attended(in.only(), call.attention().heads());
    }

    /** Shapes of what attention gives on qkv [N, 3D]. */
    static List<long[]> attended(long[] qkv, int heads) {
        long[] context = {qkv[0], qkv[1] / 3};
        long[] clsAttention = {qkv[0], heads};
        return list(new Attended<>(context, clsAttention));
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.positions().rotaryAttention(in.only(), call, out.as(Attended::new));
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        Attended<SDVariable> ofOutputs = new Operands<>(gradients).as(Attended::new);
        RotaryBackward<SDVariable> operands =
                new RotaryBackward<>(read().only(), ofOutputs.context(), ofOutputs.clsAttention());
        return List.of(new Gradient(sameDiff, operands, call).outputVariables());
    }

    private static final class Gradient extends GraphOp {
        private final RotaryCall call;

        Gradient(SameDiff graph, RotaryBackward<SDVariable> operands, RotaryCall call) {
            super(graph, operands, 1);
            this.call = call;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            RotaryBackward<long[]> operands = in.as(RotaryBackward::new);
            return List.of(operands.qkv());
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.positions().rotaryAttentionGradient(in.as(RotaryBackward::new), call, out.only());
        }
    }
}
