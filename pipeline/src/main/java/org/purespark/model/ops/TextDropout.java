// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.ops;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.Dropout;
import org.purespark.model.engine.Kernels;
import org.purespark.model.engine.RowKernels;
import org.purespark.model.engine.TextBatch;

/** {@link RowKernels#textDropout}: dropout on one row for each text. It is its own derivative. */
public final class TextDropout extends GraphOp {
    private final Dropout dropout;

    /** @param x [B, W] */
    public TextDropout(SameDiff graph, SDVariable x, Dropout dropout) {
        super(graph, x, 1);
        this.dropout = dropout;
    }

    @Override
    public List<long[]> shapes(Operands<long[]> in, TextBatch batch) {
        return List.of(in.only());
    }

    @Override
    public void compute(Operands<DeviceArray> in, Operands<DeviceArray> out, Kernels kernels) {
        kernels.rows().textDropout(in.only(), dropout, out.only());
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> gradients) {
        return List.of(new TextDropout(sameDiff, new Operands<>(gradients).only(), dropout).outputVariable());
    }
}
