// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.ProductKernels;

/** Products by {@link MatrixProducts}; what is added to them, by the engine's own kernels. */
final class CpuProducts implements ProductKernels {
    private static final int COLUMNS_PER_PIECE = 256;

    private final Workers workers;
    private final MatrixProducts products;

    CpuProducts(Workers workers, MatrixProducts products) {
        this.workers = workers;
        this.products = products;
    }

    @Override
    public void linear(LinearInputs<DeviceArray> in, Weight form, DeviceArray result) {
        products.linear(in, form, result);
    }

    @Override
    public void linearGradient(LinearBackward<DeviceArray> in, LinearInputs<DeviceArray> gradients) {
        products.linearGradient(in, gradients);
    }

    @Override
    public void addBias(Biased<DeviceArray> in, DeviceArray result) {
        int rows = in.x().size(0);
        int width = in.x().size(1);
        HostArray x = HostArray.of(in.x());
        float[] bias = in.bias().toArray();
        HostArray y = HostArray.of(result);
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            float[] row = scratch.floats(width);
            for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                x.get((long) n * width, row, 0, width);
                Sums.add(row, 0, bias, 0, width);
                y.put((long) n * width, row, 0, width);
            }
        });
    }

    /** Each bias sums its rows one by one: a piece of work is some columns. */
    @Override
    public void addBiasGradient(DeviceArray outGradient, Biased<DeviceArray> gradients) {
        int rows = outGradient.size(0);
        int width = outGradient.size(1);
        HostArray dy = HostArray.of(outGradient);
        HostArray dx = HostArray.of(gradients.x());
        HostArray bias = HostArray.of(gradients.bias());
        workers.run((width + COLUMNS_PER_PIECE - 1) / COLUMNS_PER_PIECE, (piece, scratch) -> {
            int first = piece * COLUMNS_PER_PIECE;
            int count = Math.min(COLUMNS_PER_PIECE, width - first);
            float[] row = scratch.floats(count);
            float[] sum = scratch.zeros(count);
            for (int n = 0; n < rows; n++) {
                long at = (long) n * width + first;
                dy.get(at, row, 0, count);
                Sums.add(sum, 0, row, 0, count);
                dx.put(at, row, 0, count);
            }
            bias.put(first, sum, 0, count);
        });
    }
}
