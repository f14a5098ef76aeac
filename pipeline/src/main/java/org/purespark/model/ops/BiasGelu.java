// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.ProductKernels.Biased;
import org.purespark.model.engine.RowKernels;
import org.purespark.model.engine.RowKernels.Activated;
import org.purespark.model.engine.RowKernels.ActivatedBackward;
import org.purespark.model.engine.TextBatch;

/** {@link RowKernels#biasGelu}. */
public final class BiasGelu extends GraphOp {
    public BiasGelu(SameDiff graph, Biased<SDVariable> operands) {
        super(graph, operands, 2);
    }

    /** y [R, F]. */
    public SDVariable activated() {
        return out().y();
    }

    private Activated<SDVariable> out() {
        return given().as(Activated::new);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        Biased<long[]> operands = in.as(Biased::new);
        return list(new Activated<>(operands.x(), operands.x()));
    }

    @Override
    public FirstInput firstInput() {
        return FirstInput.MAY_BE_OVERWRITTEN;
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.rows().biasGelu(in.as(Biased::new), out.as(Activated::new));
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        Activated<SDVariable> ofOutputs = new Operands<>(gradients).as(Activated::new);
        return List.of(new ActivatedGradient(sameDiff, new ActivatedBackward<>(ofOutputs.y(), out().slope()))
                .outputVariables());
    }
}
