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
import org.purespark.model.engine.NormKernels.ScaleNormInputs;
import org.purespark.model.engine.TextBatch;

/** {@link NormKernels#scaleNorm}. */
public final class ScaleNorm extends GraphOp {
    private final NormCall norm;

    public ScaleNorm(SameDiff graph, ScaleNormInputs<SDVariable> operands, NormCall norm) {
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
        ScaleNormInputs<long[]> operands = in.as(ScaleNormInputs::new);
        long[] rows = operands.x();
        return list(new Normalized<>(rows, rows, new long[] {rows[0]}));
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.norms().scaleNorm(in.as(ScaleNormInputs::new), norm, out.as(Normalized::new));
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        ScaleNormInputs<SDVariable> in = read().as(ScaleNormInputs::new);
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
            super(graph, operands, 2);
            this.norm = norm;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            NormBackward<long[]> operands = in.as(NormBackward::new);
            return list(new ScaleNormInputs<>(operands.outGradient(), operands.gamma()));
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.norms().scaleNormGradient(in.as(NormBackward::new), norm, out.as(ScaleNormInputs::new));
        }
    }
}
