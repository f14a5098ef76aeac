// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import org.purespark.model.cuda.Product.Factor;
import org.purespark.model.cuda.Product.Order;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.HeadKernels;

/** {@link HeadKernels}: a product for each head, all at once. Entry e of head h is entry h·E + e of D. */
final class CudaHeads implements HeadKernels {
    private final CudaWork work;

    CudaHeads(CudaWork work) {
        this.work = work;
    }

    /** Each head's columns [B, E] of rows [B, D]. */
    private static Factor columns(CudaArray rows, int size, Order order) {
        return new Factor(rows.address(), rows.size(1), order, size);
    }

    /** Each head's rows [E, D] of a weight [D, D]. */
    private static Factor rows(CudaArray weight, int size, Order order) {
        return new Factor(weight.address(), weight.size(1), order, (long) size * weight.size(1));
    }

    /** Each head's block [B, D] of [A, B, D]. */
    private static Factor blocks(CudaArray ofHeads) {
        int hidden = ofHeads.size(2);
        return new Factor(ofHeads.address(), hidden, Order.PLAIN, (long) ofHeads.size(1) * hidden);
    }

    @Override
    public void headSpread(HeadSpreadInputs<DeviceArray> in, DeviceArray result) {
        CudaArray q = work.array(in.q()); // [B, D]
        CudaArray w = work.array(in.weight()); // [D, D]
        CudaArray y = work.array(result); // [A, B, D]
        spread(q, w, y);
    }

    /** y_h = q_h·W_h: [B, E]·[E, D]. */
    private void spread(CudaArray q, CudaArray w, CudaArray y) {
        int heads = y.size(0);
        int size = w.size(0) / heads; // E
        work.board()
                .multiply(new Product(
                        q.size(0),
                        w.size(1),
                        size,
                        columns(q, size, Order.PLAIN),
                        rows(w, size, Order.PLAIN),
                        blocks(y),
                        heads));
    }

    /** q_h = y_h·W_hᵀ: [B, D]·[D, E]. */
    private void gather(CudaArray y, CudaArray w, CudaArray q) {
        int heads = y.size(0);
        int size = w.size(0) / heads; // E
        work.board()
                .multiply(new Product(
                        q.size(0),
                        size,
                        w.size(1),
                        blocks(y),
                        rows(w, size, Order.TURNED),
                        columns(q, size, Order.PLAIN),
                        heads));
    }

    /** W_h = q_hᵀ·y_h: [E, B]·[B, D]. */
    private void weights(CudaArray q, CudaArray y, CudaArray w) {
        int heads = y.size(0);
        int size = w.size(0) / heads; // E
        work.board()
                .multiply(new Product(
                        size,
                        w.size(1),
                        q.size(0),
                        columns(q, size, Order.TURNED),
                        blocks(y),
                        rows(w, size, Order.PLAIN),
                        heads));
    }

    @Override
    public void headSpreadGradient(HeadSpreadBackward<DeviceArray> in, HeadSpreadInputs<DeviceArray> gradients) {
        CudaArray dy = work.array(in.outGradient()); // [A, B, D]
        gather(dy, work.array(in.weight()), work.array(gradients.q()));
        weights(work.array(in.q()), dy, work.array(gradients.weight()));
    }

    @Override
    public void headGather(HeadGatherInputs<DeviceArray> in, DeviceArray result) {
        CudaArray z = work.array(in.z()); // [A, B, D]
        CudaArray context = work.array(result); // [B, D]
        gather(z, work.array(in.weight()), context);
        work.launch(
                "addHeadBias",
                Grid.flat(context.length()),
                new Arguments()
                        .array(work.array(in.sums()))
                        .array(work.array(in.bias()))
                        .array(context)
                        .number(z.size(1))
                        .number(z.size(2))
                        .number(z.size(2) / z.size(0)));
    }

    @Override
    public void headGatherGradient(HeadGatherBackward<DeviceArray> in, HeadGatherInputs<DeviceArray> gradients) {
        CudaArray dcontext = work.array(in.outGradient()); // [B, D]
        CudaArray z = work.array(in.z()); // [A, B, D]
        int heads = z.size(0);
        int texts = z.size(1);
        int hidden = z.size(2);
        spread(dcontext, work.array(in.weight()), work.array(gradients.z()));
        weights(dcontext, z, work.array(gradients.weight()));
        work.launch(
                "headSumsGradient",
                new Grid((long) heads * texts, 1, Grid.WARP, 0),
                new Arguments()
                        .array(dcontext)
                        .array(work.array(in.bias()))
                        .array(work.array(gradients.sums()))
                        .number(texts)
                        .number(hidden)
                        .number(hidden / heads));
        work.launch(
                "headBiasGradient",
                Grid.flat(hidden),
                new Arguments()
                        .array(dcontext)
                        .array(work.array(in.sums()))
                        .array(work.array(gradients.bias()))
                        .number(texts)
                        .number(hidden)
                        .number(hidden / heads));
    }
}
