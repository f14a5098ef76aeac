// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.LossKernels;
import org.purespark.model.engine.LossKernels.AnswerLoss;
import org.purespark.model.engine.LossKernels.AnswerLossBackward;
import org.purespark.model.engine.TextBatch;
import org.purespark.task.LossKind;

/** The loss that {@link LossKind} names. */
public final class ClassifierLoss extends GraphOp {
    private final LossKind kind;

    /** @param logits [B, C] */
    public ClassifierLoss(SameDiff graph, SDVariable logits, LossKind kind) {
        super(graph, logits, 2);
        this.kind = kind;
    }

    /** []. */
    public SDVariable loss() {
        return out().loss();
    }

    private AnswerLoss<SDVariable> out() {
        return given().as(AnswerLoss::new);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        return list(new AnswerLoss<>(new long[0], in.only()));
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        LossKernels losses = kernels.losses();
        switch (kind) {
            case CROSS_ENTROPY -> losses.crossEntropy(in.only(), out.as(AnswerLoss::new));
            case BINARY_CROSS_ENTROPY -> losses.binaryCrossEntropy(in.only(), out.as(AnswerLoss::new));
            case SQUARED_ERROR -> losses.squaredError(in.only(), out.as(AnswerLoss::new));
        }
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        AnswerLoss<SDVariable> ofOutputs = new Operands<>(gradients).as(AnswerLoss::new);
        AnswerLossBackward<SDVariable> operands = new AnswerLossBackward<>(ofOutputs.loss(), out().slope());
        return List.of(new Gradient(sameDiff, operands).outputVariable());
    }

    private static final class Gradient extends GraphOp {
        Gradient(SameDiff graph, AnswerLossBackward<SDVariable> operands) {
            super(graph, operands, 1);
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            AnswerLossBackward<long[]> operands = in.as(AnswerLossBackward::new);
            return List.of(operands.slope());
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.losses().answerLossGradient(in.as(AnswerLossBackward::new), out.only());
        }
    }
}
