// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.PositionKernels;
import org.purespark.model.engine.PositionKernels.DistanceCall;
import org.purespark.model.engine.TextBatch;

/** {@link PositionKernels#distanceRows}. */
public final class DistanceRows extends GraphOp {
    private final DistanceCall call;

    /** @param table [R, W] */
    public DistanceRows(SameDiff graph, SDVariable table, DistanceCall call) {
        super(graph, table, 1);
        this.call = call;
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        return List.of(new long[] {2L * batch.longest() - 1, in.only()[1]});
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.positions().distanceRows(in.only(), call, out.only());
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(new Gradient(sameDiff, new Operands<>(gradients).only(), call).outputVariable());
    }

    private static final class Gradient extends GraphOp {
        private final DistanceCall call;

        Gradient(SameDiff graph, SDVariable outGradient, DistanceCall call) {
            super(graph, outGradient, 1);
            this.call = call;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            return List.of(new long[] {call.distances().rows(), in.only()[1]});
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.positions().distanceRowsGradient(in.only(), call, out.only());
        }
    }
}
