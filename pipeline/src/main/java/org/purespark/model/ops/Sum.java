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

/** {@link RowKernels#add}: if a variable has two users, its gradient is the sum of theirs. */
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

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.rows().add(in.as(Pair::new), out.only());
    }
}
