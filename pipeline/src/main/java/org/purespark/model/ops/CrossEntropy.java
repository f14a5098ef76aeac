// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.LossKernels;
import org.purespark.model.engine.LossKernels.Entropy;
import org.purespark.model.engine.LossKernels.EntropyBackward;
import org.purespark.model.engine.TextBatch;

/** {@link LossKernels#crossEntropy}. */
public final class CrossEntropy extends GraphOp {
    /** @param logits [B, C] */
    public CrossEntropy(SameDiff graph, SDVariable logits) {
        super(graph, logits, 2);
    }

    /** []. */
    public SDVariable loss() {
        return out().loss();
    }

    private Entropy<SDVariable> out() {
        return given().as(Entropy::new);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        return list(new Entropy<>(new long[0], in.only()));
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.losses().crossEntropy(in.only(), out.as(Entropy::new));
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        Entropy<SDVariable> ofOutputs = new Operands<>(gradients).as(Entropy::new);
        EntropyBackward<SDVariable> operands = new EntropyBackward<>(ofOutputs.loss(), out().slope());
        return List.of(new Gradient(sameDiff, operands).outputVariable());
    }

    private static final class Gradient extends GraphOp {
        Gradient(SameDiff graph, EntropyBackward<SDVariable> operands) {
            super(graph, operands, 1);
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            EntropyBackward<long[]> operands = in.as(EntropyBackward::new);
            return List.of(operands.slope());
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.losses().crossEntropyGradient(in.as(EntropyBackward::new), out.only());
        }
    }
}
