// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.ProductKernels;
import org.purespark.model.engine.TextBatch;

/** Products by {@link MatrixProducts}; what is added to them, by the engine's own kernels. */
final class CpuProducts implements ProductKernels {
    private static final int COLUMNS_PER_PIECE = 256;
    private static final int LEAST_ROWS = 96;

    private final Workers workers;
    private final MatrixProducts products;
    /** Null where all columns are multiplied. */
    private final UsedHeadProducts ofUsedHeads;

    private final TextBatch batch;

    /** @param ofUsedHeads null to multiply what belongs to pruned heads too */
    CpuProducts(Workers workers, MatrixProducts products, UsedHeadProducts ofUsedHeads, TextBatch batch) {
        this.workers = workers;
        this.products = products;
        this.ofUsedHeads = ofUsedHeads;
        this.batch = batch;
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
    public void headLinear(LinearInputs<DeviceArray> in, Weight form, OfHeads heads, DeviceArray y) {
        HeadColumns columns =
                switch (heads.side()) {
                    case QUERIES_KEYS_VALUES -> HeadColumns.of(batch.gates(heads.layer()), y.size(1), 3);
                    case CONTEXTS -> HeadColumns.of(
                            batch.gates(heads.layer()), in.x().size(1), 1);
                };
        if (!isSmaller(columns, y.size(0))) {
            linear(in, form, y);
            return;
        }
        switch (heads.side()) {
            case QUERIES_KEYS_VALUES -> ofUsedHeads.toHeads(columns, in, form, y);
            case CONTEXTS -> ofUsedHeads.fromHeads(columns, in, form, y);
        }
    }

    @Override
    public void headLinearGradient(LinearBackward<DeviceArray> in, OfHeads heads, LinearInputs<DeviceArray> gradients) {
        HeadColumns columns =
                switch (heads.side()) {
                    case QUERIES_KEYS_VALUES -> HeadColumns.of(
                            batch.gates(heads.layer()), in.outGradient().size(1), 3);
                    case CONTEXTS -> HeadColumns.of(
                            batch.gates(heads.layer()), in.x().size(1), 1);
                };
        if (!isSmaller(columns, in.x().size(0))) {
            linearGradient(in, gradients);
            return;
        }
        switch (heads.side()) {
            case QUERIES_KEYS_VALUES -> ofUsedHeads.toHeadsGradient(columns, in, gradients);
            case CONTEXTS -> ofUsedHeads.fromHeadsGradient(columns, in, gradients);
        }
    }

    /** Few rows do not pay for a copy of the weight. */
    private boolean isSmaller(HeadColumns columns, int rows) {
        return ofUsedHeads != null && rows >= LEAST_ROWS && columns.areFew();
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
