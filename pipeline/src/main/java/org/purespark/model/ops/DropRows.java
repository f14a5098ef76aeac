// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.RowKernels;
import org.purespark.model.engine.RowKernels.GateCall;
import org.purespark.model.engine.TextBatch;

/** {@link RowKernels#dropRows}. It is its own derivative. */
public final class DropRows extends GraphOp {
    private final GateCall call;

    /** @param x [R, W] */
    public DropRows(SameDiff graph, SDVariable x, GateCall call) {
        super(graph, x, 1);
        this.call = call;
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        return List.of(in.only());
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.rows().dropRows(in.only(), call, out.only());
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(new DropRows(sameDiff, new Operands<>(gradients).only(), call).outputVariable());
    }
}
