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

/** {@link NormKernels#residualNorm}: the end of a part of a transformer block, in one pass over the rows. */
public final class ResidualNorm extends GraphOp {
    private final NormCall norm;

    public ResidualNorm(SameDiff graph, NormKernels.ResidualNormInputs<SDVariable> operands, NormCall norm) {
        super(graph, operands, 3);
        this.norm = norm;
    }

    /** y [R, D]. */
    public SDVariable normalized() {
        return out().y();
    }

    private Normalized<SDVariable> out() {
        return given().as(Normalized::new);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        NormKernels.ResidualNormInputs<long[]> operands = in.as(NormKernels.ResidualNormInputs::new);
        long[] rows = operands.h();
        return list(new Normalized<>(rows, rows, new long[] {rows[0]}));
    }

    @Override
    public FirstInput firstInput() {
        return FirstInput.MAY_BE_OVERWRITTEN;
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.norms().residualNorm(in.as(NormKernels.ResidualNormInputs::new), norm, out.as(Normalized::new));
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        NormKernels.ResidualNormInputs<SDVariable> in = read().as(NormKernels.ResidualNormInputs::new);
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
            super(graph, operands, 5);
            this.norm = norm;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            NormBackward<long[]> operands = in.as(NormBackward::new);
            long[] rows = operands.outGradient();
            long[] one = operands.gamma();
            return list(new NormKernels.ResidualNormInputs<>(rows, one, rows, one, one));
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.norms()
                    .residualNormGradient(in.as(NormBackward::new), norm, out.as(NormKernels.ResidualNormInputs::new));
        }
    }
}
