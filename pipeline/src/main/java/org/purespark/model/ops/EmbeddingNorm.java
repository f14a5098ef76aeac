package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.NormKernels;
import org.purespark.model.engine.NormKernels.NormBackward;
import org.purespark.model.engine.NormKernels.Normalization;
import org.purespark.model.engine.NormKernels.Normalized;
import org.purespark.model.engine.TextBatch;

/** {@link NormKernels#embeddingNorm}. */
public final class EmbeddingNorm extends GraphOp {
    private final Normalization norm;

    public EmbeddingNorm(SameDiff graph, NormKernels.EmbeddingNorm<SDVariable> operands, Normalization norm) {
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
        NormKernels.EmbeddingNorm<long[]> operands = in.as(NormKernels.EmbeddingNorm::new);
        long[] rows = operands.x();
        return list(new Normalized<>(rows, rows, new long[] {rows[0]}));
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.norms().embeddingNorm(in.as(NormKernels.EmbeddingNorm::new), norm, out.as(Normalized::new));
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        NormKernels.EmbeddingNorm<SDVariable> in = read().as(NormKernels.EmbeddingNorm::new);
        Normalized<SDVariable> ofOutputs = new Operands<>(gradients).as(Normalized::new);
        return List.of(new Gradient(
                        sameDiff,
                        new NormBackward<>(ofOutputs.y(), out().normalized(), out().inverse(), in.gamma()),
                        norm)
                .outputVariables());
    }

    private static final class Gradient extends GraphOp {
        private final Normalization norm;

        Gradient(SameDiff graph, NormBackward<SDVariable> operands, Normalization norm) {
            super(graph, operands, 3);
            this.norm = norm;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            NormBackward<long[]> operands = in.as(NormBackward::new);
            return list(new NormKernels.EmbeddingNorm<>(operands.outGradient(), operands.gamma(), operands.gamma()));
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.norms()
                    .embeddingNormGradient(in.as(NormBackward::new), norm, out.as(NormKernels.EmbeddingNorm::new));
        }
    }
}
