// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.AttentionKernels;
import org.purespark.model.engine.AttentionKernels.Attended;
import org.purespark.model.engine.AttentionKernels.AttentionCall;
import org.purespark.model.engine.AttentionKernels.BucketAttentionBackward;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.TextBatch;

/** {@link AttentionKernels#bucketAttention}. */
public final class BucketAttention extends GraphOp {
    private final AttentionCall attention;

    public BucketAttention(
            SameDiff graph, AttentionKernels.BucketAttentionInputs<SDVariable> operands, AttentionCall attention) {
        super(graph, operands, 2);
        this.attention = attention;
    }

    /** context [N, D] and CLS attention [N, A]. */
    public Attended<SDVariable> attended() {
        return given().as(Attended::new);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        AttentionKernels.BucketAttentionInputs<long[]> operands = in.as(AttentionKernels.BucketAttentionInputs::new);
        long tokens = operands.qkv()[0];
        long[] context = {tokens, operands.qkv()[1] / 3};
        long[] clsAttention = {tokens, attention.heads()};
        return list(new Attended<>(context, clsAttention));
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.attention()
                .bucketAttention(in.as(AttentionKernels.BucketAttentionInputs::new), attention, out.as(Attended::new));
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        AttentionKernels.BucketAttentionInputs<SDVariable> in = read().as(AttentionKernels.BucketAttentionInputs::new);
        Attended<SDVariable> ofOutputs = new Operands<>(gradients).as(Attended::new);
        BucketAttentionBackward<SDVariable> operands = new BucketAttentionBackward<>(
                in.qkv(), in.bias(), in.table(), ofOutputs.context(), ofOutputs.clsAttention());
        return List.of(new Gradient(sameDiff, operands, attention).outputVariables());
    }

    private static final class Gradient extends GraphOp {
        private final AttentionCall attention;

        Gradient(SameDiff graph, BucketAttentionBackward<SDVariable> operands, AttentionCall attention) {
            super(graph, operands, 3);
            this.attention = attention;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            BucketAttentionBackward<long[]> operands = in.as(BucketAttentionBackward::new);
            return list(
                    new AttentionKernels.BucketAttentionInputs<>(operands.qkv(), operands.bias(), operands.table()));
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.attention()
                    .bucketAttentionGradient(
                            in.as(BucketAttentionBackward::new),
                            attention,
                            out.as(AttentionKernels.BucketAttentionInputs::new));
        }
    }
}
