// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.LossKernels;
import org.purespark.model.engine.LossKernels.ClsAttention;
import org.purespark.model.engine.LossKernels.Penalty;
import org.purespark.model.engine.LossKernels.PenaltyBackward;
import org.purespark.model.engine.TextBatch;

/** {@link LossKernels#attentionPenalty}. */
public final class AttentionPenalty extends GraphOp {
    private final int layers;

    public AttentionPenalty(SameDiff graph, ClsAttention<SDVariable> operands) {
        super(graph, operands, 2);
        this.layers = operands.layers().size();
    }

    /** []. */
    public SDVariable penalty() {
        return out().penalty();
    }

    private Penalty<SDVariable> out() {
        return given().as(Penalty::new);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        long heads = in.values().get(0)[1];
        return list(new Penalty<>(new long[0], new long[] {layers, heads}));
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.losses().attentionPenalty(new ClsAttention<>(in.values()), out.as(Penalty::new));
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        Penalty<SDVariable> ofOutputs = new Operands<>(gradients).as(Penalty::new);
        PenaltyBackward<SDVariable> operands =
                new PenaltyBackward<>(read().values(), out().roots(), ofOutputs.penalty());
        return List.of(new Gradient(sameDiff, operands).outputVariables());
    }

    private static final class Gradient extends GraphOp {
        private final int layers;

        Gradient(SameDiff graph, PenaltyBackward<SDVariable> operands) {
            super(graph, operands, operands.layers().size());
            this.layers = operands.layers().size();
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            return in.values().subList(0, layers);
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            PenaltyBackward<DeviceArray> operands = new Operands<>(in.values().subList(layers, layers + 2))
                    .as((roots, penaltyGradient) ->
                            new PenaltyBackward<>(in.values().subList(0, layers), roots, penaltyGradient));
            kernels.losses().attentionPenaltyGradient(operands, new ClsAttention<>(out.values()));
        }
    }
}
