// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.RowKernels;
import org.purespark.model.engine.RowKernels.ActivationBackward;
import org.purespark.model.engine.RowKernels.EntryFunction;
import org.purespark.model.engine.TextBatch;

/** {@link RowKernels#activation}: tanh or relu of each entry. */
public final class ElementWise extends GraphOp {
    private final EntryFunction activation;

    /** @param x [R, W] */
    public ElementWise(SameDiff graph, SDVariable x, EntryFunction activation) {
        super(graph, x, 1);
        this.activation = activation;
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        return List.of(in.only());
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.rows().activation(in.only(), activation, out.only());
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        SDVariable outGradient = new Operands<>(gradients).only();
        return List.of(new Gradient(sameDiff, new ActivationBackward<>(outGradient, read().only()), activation)
                .outputVariable());
    }

    private static final class Gradient extends GraphOp {
        private final EntryFunction activation;

        Gradient(SameDiff graph, ActivationBackward<SDVariable> operands, EntryFunction activation) {
            super(graph, operands, 1);
            this.activation = activation;
        }

        @Override
        public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
            ActivationBackward<long[]> operands = in.as(ActivationBackward::new);
            return List.of(operands.x());
        }

        @Override
        public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
            kernels.rows().activationGradient(in.as(ActivationBackward::new), activation, out.only());
        }
    }
}
