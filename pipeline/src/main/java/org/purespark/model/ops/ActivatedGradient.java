// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.ProductKernels.Biased;
import org.purespark.model.engine.RowKernels;
import org.purespark.model.engine.RowKernels.ActivatedBackward;
import org.purespark.model.engine.TextBatch;

/** {@link RowKernels#activatedGradient}. */
final class ActivatedGradient extends GraphOp {
    ActivatedGradient(SameDiff graph, ActivatedBackward<SDVariable> operands) {
        super(graph, operands, 2);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        ActivatedBackward<long[]> operands = in.as(ActivatedBackward::new);
        long[] rows = operands.outGradient();
        return list(new Biased<>(rows, new long[] {rows[1]}));
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.rows().activatedGradient(in.as(ActivatedBackward::new), out.as(Biased::new));
    }
}
