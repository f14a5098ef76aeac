// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.LossKernels;
import org.purespark.model.engine.LossKernels.ClsAttention;
import org.purespark.model.engine.LossKernels.TaughtAttention;
import org.purespark.model.engine.LossKernels.TaughtBackward;
import org.purespark.model.engine.TextBatch;

/** {@link LossKernels#attentionDistance}. The teacher's attention has no gradient. */
public final class AttentionDistance extends GraphOp {
    private final int layers;
    private final double weight;

    /** @param weight of the distance in the loss */
    public AttentionDistance(SameDiff graph, TaughtAttention<SDVariable> operands, double weight) {
        super(graph, operands, 1);
        this.layers = operands.layers().size();
        this.weight = weight;
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        return List.of(new long[0]);
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.losses().attentionDistance(taught(in.values(), layers), weight, out.only());
    }

    private static <V> TaughtAttention<V> taught(List<V> values, int layers) {
        return new TaughtAttention<>(values.subList(0, layers), values.subList(layers, 2 * layers));
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        TaughtAttention<SDVariable> in = taught(read().values(), layers);
        TaughtBackward<SDVariable> operands = new TaughtBackward<>(in.layers(), in.teacher(), gradients.get(0));
        return List.of(new Gradient(sameDiff, operands, weight).outputVariables());
    }

    private static final class Gradient extends GraphOp {
        private final int layers;
        private final double weight;

        Gradient(SameDiff graph, TaughtBackward<SDVariable> operands, double weight) {
            super(graph, operands, operands.layers().size());
            this.layers = operands.layers().size();
            this.weight = weight;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            return in.values().subList(0, layers);
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            TaughtAttention<DeviceArray> taught = taught(in.values(), layers);
            TaughtBackward<DeviceArray> operands = new TaughtBackward<>(
                    taught.layers(), taught.teacher(), in.values().get(2 * layers));
            kernels.losses().attentionDistanceGradient(operands, weight, new ClsAttention<>(out.values()));
        }
    }
}
