// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.RowKernels;
import org.purespark.model.engine.RowKernels.Pair;
import org.purespark.model.engine.TextBatch;

/**
 * {@link RowKernels#add}: a sum of the graph's own, or the gradient of a variable that has two users.
 */
public final class Sum extends GraphOp {
    public Sum(SameDiff graph, Pair<SDVariable> operands) {
        super(graph, operands, 1);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        Pair<long[]> operands = in.as(Pair::new);
        return List.of(operands.a());
    }

    @Override
    public FirstInput firstInput() {
        return FirstInput.MAY_BE_OVERWRITTEN;
    }

    /** Both have the gradient of the sum. */
    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        SDVariable outGradient = new Operands<>(gradients).only();
        return List.of(outGradient, outGradient);
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.rows().add(in.as(Pair::new), out.only());
    }
}
