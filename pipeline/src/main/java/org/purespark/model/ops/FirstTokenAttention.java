// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.AttentionKernels;
import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.AttentionKernels.FirstTokenAttended;
import org.purespark.model.engine.AttentionKernels.FirstTokenBackward;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.TextBatch;

/** {@link AttentionKernels#firstTokenAttention}; see also {@link HeadSpread}, {@link HeadGather}. */
public final class FirstTokenAttention extends GraphOp {
    private final AttentionCall attention;

    public FirstTokenAttention(
            SameDiff graph, AttentionKernels.FirstTokenInputs<SDVariable> operands, AttentionCall attention) {
        super(graph, operands, 4);
        this.attention = attention;
    }

    /** Sums of hidden states [A, B, D], sums of attention [A, B], CLS attention [N, A]. */
    public FirstTokenAttended<SDVariable> attended() {
        return given().as(FirstTokenAttended::new);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        AttentionKernels.FirstTokenInputs<long[]> operands = in.as(AttentionKernels.FirstTokenInputs::new);
        long[] u = operands.u();
        long[] sums = {u[0], u[1]};
        long[] attended = {operands.x()[0], u[0]};
        return list(new FirstTokenAttended<>(u, sums, attended, attended));
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.attention()
                .firstTokenAttention(
                        in.as(AttentionKernels.FirstTokenInputs::new), attention, out.as(FirstTokenAttended::new));
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        AttentionKernels.FirstTokenInputs<SDVariable> in = read().as(AttentionKernels.FirstTokenInputs::new);
        FirstTokenAttended<SDVariable> ofOutputs = new Operands<>(gradients).as(FirstTokenAttended::new);
        FirstTokenBackward<SDVariable> operands = new FirstTokenBackward<>(
                ofOutputs.states(),
                ofOutputs.sums(),
                ofOutputs.clsAttention(),
                attended().softmax(),
                in.u(),
                in.x());
        return List.of(new Gradient(sameDiff, operands, attention).outputVariables());
    }

    private static final class Gradient extends GraphOp {
        private final AttentionCall attention;

        Gradient(SameDiff graph, FirstTokenBackward<SDVariable> operands, AttentionCall attention) {
            super(graph, operands, 2);
            this.attention = attention;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            FirstTokenBackward<long[]> operands = in.as(FirstTokenBackward::new);
            return list(new AttentionKernels.FirstTokenInputs<>(operands.u(), operands.x()));
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.attention()
                    .firstTokenAttentionGradient(
                            in.as(FirstTokenBackward::new), attention, out.as(AttentionKernels.FirstTokenInputs::new));
        }
    }
}
