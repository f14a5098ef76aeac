// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import java.util.Optional;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.ProductKernels;
import org.purespark.model.engine.ProductKernels.LinearBackward;
import org.purespark.model.engine.ProductKernels.LinearInputs;
import org.purespark.model.engine.ProductKernels.OfHeads;
import org.purespark.model.engine.ProductKernels.Weight;
import org.purespark.model.engine.TextBatch;

/** {@link ProductKernels#linear}, and {@link ProductKernels#headLinear} where a side of the weight belongs to heads. */
public final class Linear extends GraphOp {
    private final Weight form;
    private final Optional<OfHeads> heads;

    /**
     * @param operands with the weight in this form
     * @param form {@link Weight#OUT_IN} if a derivative is needed
     */
    public Linear(SameDiff graph, LinearInputs<SDVariable> operands, Weight form) {
        this(graph, operands, form, Optional.empty());
    }

    /** @param heads what of the product belongs to the heads of a layer */
    public Linear(SameDiff graph, LinearInputs<SDVariable> operands, Weight form, OfHeads heads) {
        this(graph, operands, form, Optional.of(heads));
    }

    private Linear(SameDiff graph, LinearInputs<SDVariable> operands, Weight form, Optional<OfHeads> heads) {
        super(graph, operands, 1);
        this.form = form;
        this.heads = heads;
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        LinearInputs<long[]> operands = in.as(LinearInputs::new);
        long out = operands.weight()[form == Weight.OUT_IN ? 0 : 1];
        return List.of(new long[] {operands.x()[0], out});
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        LinearInputs<DeviceArray> operands = in.as(LinearInputs::new);
        if (heads.isPresent()) {
            kernels.products().headLinear(operands, form, heads.get(), out.only());
        } else {
            kernels.products().linear(operands, form, out.only());
        }
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        if (form != Weight.OUT_IN) {
            return super.doDiff(gradients);
        }
        LinearInputs<SDVariable> in = read().as(LinearInputs::new);
        SDVariable outGradient = new Operands<>(gradients).only();
        return List.of(new Gradient(sameDiff, new LinearBackward<>(outGradient, in.x(), in.weight()), heads)
                .outputVariables());
    }

    private static final class Gradient extends GraphOp {
        private final Optional<OfHeads> heads;

        Gradient(SameDiff graph, LinearBackward<SDVariable> operands, Optional<OfHeads> heads) {
            super(graph, operands, 2);
            this.heads = heads;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            LinearBackward<long[]> operands = in.as(LinearBackward::new);
            return list(new LinearInputs<>(operands.x(), operands.weight()));
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            LinearBackward<DeviceArray> operands = in.as(LinearBackward::new);
            LinearInputs<DeviceArray> gradients = out.as(LinearInputs::new);
            if (heads.isPresent()) {
                kernels.products().headLinearGradient(operands, heads.get(), gradients);
            } else {
                kernels.products().linearGradient(operands, gradients);
            }
        }
    }
}
