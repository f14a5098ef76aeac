// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.NormKernels;
import org.purespark.model.engine.NormKernels.NormBackward;
import org.purespark.model.engine.NormKernels.NormCall;
import org.purespark.model.engine.NormKernels.Normalized;
import org.purespark.model.engine.TextBatch;

/** {@link NormKernels#embeddingNorm}. */
public final class EmbeddingNorm extends GraphOp {
    private final NormCall norm;

    public EmbeddingNorm(SameDiff graph, NormKernels.EmbeddingNormInputs<SDVariable> operands, NormCall norm) {
        super(graph, operands, 3);
        this.norm = norm;
    }

    /** y [R, W]. */
    public SDVariable normalized() {
        return out().y();
    }

    private Normalized<SDVariable> out() {
        return given().as(Normalized::new);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        NormKernels.EmbeddingNormInputs<long[]> operands = in.as(NormKernels.EmbeddingNormInputs::new);
        long[] rows = operands.x();
        return list(new Normalized<>(rows, rows, new long[] {rows[0]}));
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.norms().embeddingNorm(in.as(NormKernels.EmbeddingNormInputs::new), norm, out.as(Normalized::new));
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        NormKernels.EmbeddingNormInputs<SDVariable> in = read().as(NormKernels.EmbeddingNormInputs::new);
        Normalized<SDVariable> ofOutputs = new Operands<>(gradients).as(Normalized::new);
        return List.of(new Gradient(
                        sameDiff,
                        new NormBackward<>(ofOutputs.y(), out().normalized(), out().inverse(), in.gamma()),
                        norm)
                .outputVariables());
    }

    private static final class Gradient extends GraphOp {
        private final NormCall norm;

        Gradient(SameDiff graph, NormBackward<SDVariable> operands, NormCall norm) {
            super(graph, operands, 3);
            this.norm = norm;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            NormBackward<long[]> operands = in.as(NormBackward::new);
            return list(
                    new NormKernels.EmbeddingNormInputs<>(operands.outGradient(), operands.gamma(), operands.gamma()));
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.norms()
                    .embeddingNormGradient(
                            in.as(NormBackward::new), norm, out.as(NormKernels.EmbeddingNormInputs::new));
        }
    }
}
