// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.RowKernels;
import org.purespark.model.engine.RowKernels.GateCall;
import org.purespark.model.engine.RowKernels.Gated;
import org.purespark.model.engine.RowKernels.GatedBackward;
import org.purespark.model.engine.TextBatch;

/** {@link RowKernels#gatedGelu}. */
public final class GatedGelu extends GraphOp {
    private final GateCall gate;

    /** @param h [R, 2F] */
    public GatedGelu(SameDiff graph, SDVariable h, GateCall gate) {
        super(graph, h, 2);
        this.gate = gate;
    }

    /** y [R, F]. */
    public SDVariable gated() {
        return out().y();
    }

    private Gated<SDVariable> out() {
        return given().as(Gated::new);
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        long[] h = in.only();
        return list(new Gated<>(new long[] {h[0], h[1] / 2}, h));
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.rows().gatedGelu(in.only(), gate, out.as(Gated::new));
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        Gated<SDVariable> ofOutputs = new Operands<>(gradients).as(Gated::new);
        return List.of(
                new Gradient(sameDiff, new GatedBackward<>(ofOutputs.y(), out().slopes()), gate).outputVariables());
    }

    private static final class Gradient extends GraphOp {
        private final GateCall gate;

        Gradient(SameDiff graph, GatedBackward<SDVariable> operands, GateCall gate) {
            super(graph, operands, 1);
            this.gate = gate;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            GatedBackward<long[]> operands = in.as(GatedBackward::new);
            return List.of(operands.slopes());
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.rows().gatedGeluGradient(in.as(GatedBackward::new), gate, out.only());
        }
    }
}
