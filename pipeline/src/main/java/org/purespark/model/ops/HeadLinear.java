// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.ProductKernels;
import org.purespark.model.engine.ProductKernels.OfHeads;
import org.purespark.model.engine.ProductKernels.Weight;
import org.purespark.model.engine.TextBatch;

/** {@link ProductKernels#headLinear}. */
public final class HeadLinear extends GraphOp {
    private final Weight form;
    private final OfHeads heads;

    /**
     * @param operands with the weight in this form
     * @param form {@link Weight#OUT_IN} if a derivative is needed
     */
    public HeadLinear(SameDiff graph, ProductKernels.LinearInputs<SDVariable> operands, Weight form, OfHeads heads) {
        super(graph, operands, 1);
        this.form = form;
        this.heads = heads;
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        ProductKernels.LinearInputs<long[]> operands = in.as(ProductKernels.LinearInputs::new);
        long out = operands.weight()[form == Weight.OUT_IN ? 0 : 1];
        return List.of(new long[] {operands.x()[0], out});
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.products().headLinear(in.as(ProductKernels.LinearInputs::new), form, heads, out.only());
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        if (form != Weight.OUT_IN) {
            return super.doDiff(gradients);
        }
        ProductKernels.LinearInputs<SDVariable> in = read().as(ProductKernels.LinearInputs::new);
        SDVariable outGradient = new Operands<>(gradients).only();
        return List.of(
                new Gradient(sameDiff, new ProductKernels.LinearBackward<>(outGradient, in.x(), in.weight()), heads)
                        .outputVariables());
    }

    private static final class Gradient extends GraphOp {
        private final OfHeads heads;

        Gradient(SameDiff graph, ProductKernels.LinearBackward<SDVariable> operands, OfHeads heads) {
            super(graph, operands, 2);
            this.heads = heads;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            ProductKernels.LinearBackward<long[]> operands = in.as(ProductKernels.LinearBackward::new);
            return list(new ProductKernels.LinearInputs<>(operands.x(), operands.weight()));
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.products()
                    .headLinearGradient(
                            in.as(ProductKernels.LinearBackward::new), heads, out.as(ProductKernels.LinearInputs::new));
        }
    }
}
