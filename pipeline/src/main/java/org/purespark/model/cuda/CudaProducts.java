// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cuda;

import static org.purespark.model.cuda.Product.plain;
import static org.purespark.model.cuda.Product.turned;

import org.purespark.model.cuda.CudaWork.Columns;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.ProductKernels;

/** {@link ProductKernels} by the board's products. */
final class CudaProducts implements ProductKernels {
    private final CudaWork work;

    CudaProducts(CudaWork work) {
        this.work = work;
    }

    @Override
    public void linear(LinearInputs<DeviceArray> in, Weight form, DeviceArray result) {
        CudaArray x = work.array(in.x()); // [R, in]
        CudaArray w = work.array(in.weight()); // [out, in] or [in, out]
        CudaArray y = work.array(result); // [R, out]
        int from = x.size(1);
        int to = y.size(1);
        Product.Factor weight =
                switch (form) {
                    case OUT_IN -> turned(w, from);
                    case IN_OUT -> plain(w, to);
                };
        work.board().multiply(Product.of(x.size(0), to, from, plain(x, from), weight, plain(y, to)));
    }

    @Override
    public void linearGradient(LinearBackward<DeviceArray> in, LinearInputs<DeviceArray> gradients) {
        CudaArray dy = work.array(in.outGradient()); // [R, out]
        CudaArray x = work.array(in.x()); // [R, in]
        CudaArray w = work.array(in.weight()); // [out, in]
        CudaArray dx = work.array(gradients.x()); // [R, in]
        CudaArray dw = work.array(gradients.weight()); // [out, in]
        int rows = x.size(0);
        int from = x.size(1);
        int to = dy.size(1);
        work.board().multiply(Product.of(rows, from, to, plain(dy, to), plain(w, from), plain(dx, from)));
        work.board().multiply(Product.of(to, from, rows, turned(dy, to), plain(x, from), plain(dw, from)));
    }

    @Override
    public void addBias(Biased<DeviceArray> in, DeviceArray result) {
        CudaArray x = work.array(in.x()); // [R, W]
        work.launch(
                "addBias",
                Grid.flat(x.length()),
                new Arguments()
                        .array(x)
                        .array(work.array(in.bias()))
                        .array(work.array(result))
                        .length(x.length())
                        .number(x.size(1)));
    }

    @Override
    public void addBiasGradient(DeviceArray outGradient, Biased<DeviceArray> gradients) {
        CudaArray dy = work.array(outGradient); // [R, W]
        CudaArray dx = work.array(gradients.x()); // [R, W], maybe the memory of dy
        work.columnSums(Columns.of(dy), work.array(gradients.bias()));
        if (dx.address() != dy.address()) {
            work.board().copy(dy.address(), dx.address(), Float.BYTES * dy.length());
        }
    }
}
