// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.AttentionKernels;
import org.purespark.model.engine.AttentionKernels.Attended;
import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.AttentionKernels.SelfAttentionBackward;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.TextBatch;

/** {@link AttentionKernels#selfAttention}. */
public final class SelfAttention extends GraphOp {
    private final AttentionCall attention;

    public SelfAttention(
            SameDiff graph, AttentionKernels.SelfAttentionInputs<SDVariable> operands, AttentionCall attention) {
        super(graph, operands, 2);
        this.attention = attention;
    }

    /** context [N, D] and CLS attention [N, A]. */
    public Attended<SDVariable> attended() {
        return given().as(Attended::new);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        AttentionKernels.SelfAttentionInputs<long[]> operands = in.as(AttentionKernels.SelfAttentionInputs::new);
        long tokens = operands.qkv()[0];
        long[] context = {tokens, operands.qkv()[1] / 3};
        long[] clsAttention = {tokens, attention.heads()};
        return list(new Attended<>(context, clsAttention));
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.attention()
                .selfAttention(in.as(AttentionKernels.SelfAttentionInputs::new), attention, out.as(Attended::new));
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        AttentionKernels.SelfAttentionInputs<SDVariable> in = read().as(AttentionKernels.SelfAttentionInputs::new);
        Attended<SDVariable> ofOutputs = new Operands<>(gradients).as(Attended::new);
        SelfAttentionBackward<SDVariable> operands =
                new SelfAttentionBackward<>(in.qkv(), in.bias(), ofOutputs.context(), ofOutputs.clsAttention());
        return List.of(new Gradient(sameDiff, operands, attention).outputVariables());
    }

    private static final class Gradient extends GraphOp {
        private final AttentionCall attention;

        Gradient(SameDiff graph, SelfAttentionBackward<SDVariable> operands, AttentionCall attention) {
            super(graph, operands, 2);
            this.attention = attention;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            SelfAttentionBackward<long[]> operands = in.as(SelfAttentionBackward::new);
            return list(new AttentionKernels.SelfAttentionInputs<>(operands.qkv(), operands.bias()));
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.attention()
                    .selfAttentionGradient(
                            in.as(SelfAttentionBackward::new),
                            attention,
                            out.as(AttentionKernels.SelfAttentionInputs::new));
        }
    }
}
