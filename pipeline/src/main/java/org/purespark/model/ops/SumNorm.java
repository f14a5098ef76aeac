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
import org.purespark.model.engine.NormKernels.SumNormBackward;
import org.purespark.model.engine.NormKernels.SumNormInputs;
import org.purespark.model.engine.NormKernels.SumNormalized;
import org.purespark.model.engine.TextBatch;

/** {@link NormKernels#sumNorm}: between two parts of pre-norm layers, in one pass over the rows. */
public final class SumNorm extends GraphOp {
    private final NormCall norm;

    public SumNorm(SameDiff graph, SumNormInputs<SDVariable> operands, NormCall norm) {
        super(graph, operands, 4);
        this.norm = norm;
    }

    /** y [R, D]. */
    public SDVariable normalized() {
        return out().y();
    }

    /** s [R, D]. */
    public SDVariable sum() {
        return out().sum();
    }

    private SumNormalized<SDVariable> out() {
        return given().as(SumNormalized::new);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        SumNormInputs<long[]> operands = in.as(SumNormInputs::new);
        long[] rows = operands.h();
        return list(new SumNormalized<>(rows, rows, rows, new long[] {rows[0]}));
    }

    @Override
    public FirstInput firstInput() {
        return FirstInput.MAY_BE_OVERWRITTEN;
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.norms().sumNorm(in.as(SumNormInputs::new), norm, out.as(SumNormalized::new));
    }

    /** The sum of the last layer is read by nothing: then there is only the gradient of y. */
    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        SumNormInputs<SDVariable> in = read().as(SumNormInputs::new);
        SumNormalized<SDVariable> ofOutputs = new Operands<>(gradients).as(SumNormalized::new);
        SDVariable dy = ofOutputs.y();
        SDVariable inverse = out().inverse();
        SDVariable hat = out().normalized();
        GraphOp gradient = ofOutputs.sum() == null
                ? new GradientOfNorm(sameDiff, new NormBackward<>(dy, hat, inverse, in.gamma()), norm)
                : new Gradient(sameDiff, new SumNormBackward<>(dy, ofOutputs.sum(), hat, inverse, in.gamma()), norm);
        return List.of(gradient.outputVariables());
    }

    private static final class Gradient extends GraphOp {
        private final NormCall norm;

        Gradient(SameDiff graph, SumNormBackward<SDVariable> operands, NormCall norm) {
            super(graph, operands, 3);
            this.norm = norm;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            SumNormBackward<long[]> operands = in.as(SumNormBackward::new);
            long[] rows = operands.outGradient();
            return list(new SumNormInputs<>(rows, rows, operands.gamma()));
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.norms().sumNormGradient(in.as(SumNormBackward::new), norm, out.as(SumNormInputs::new));
        }
    }

    private static final class GradientOfNorm extends GraphOp {
        private final NormCall norm;

        GradientOfNorm(SameDiff graph, NormBackward<SDVariable> operands, NormCall norm) {
            super(graph, operands, 3);
            this.norm = norm;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            NormBackward<long[]> operands = in.as(NormBackward::new);
            long[] rows = operands.outGradient();
            return list(new SumNormInputs<>(rows, rows, operands.gamma()));
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            NormBackward<DeviceArray> given = in.as(NormBackward::new);
            kernels.norms()
                    .sumNormGradient(
                            new SumNormBackward<>(
                                    given.outGradient(), null, given.normalized(), given.inverse(), given.gamma()),
                            norm,
                            out.as(SumNormInputs::new));
        }
    }
}
