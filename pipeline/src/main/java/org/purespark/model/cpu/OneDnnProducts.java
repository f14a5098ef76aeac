// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.bytedeco.dnnl.global.dnnl;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.ProductKernels;

/**
 * Products of oneDNN in float32. The {@link Workers} share the rows, and each computes in one native thread. Weights are
 * read as they are: oneDNN is as fast on [in, out] as on a form of its own.
 */
final class OneDnnProducts implements MatrixProducts {
    /** Of a weight's gradient, in one piece. */
    private static final int MOST_COLUMNS = 256;

    private final Workers workers;
    private final OneDnn dnn = new OneDnn();

    OneDnnProducts(Workers workers) {
        this.workers = workers;
    }

    @Override
    public void linear(ProductKernels.LinearInputs<DeviceArray> in, ProductKernels.Weight form, DeviceArray result) {
        HostArray x = HostArray.of(in.x());
        HostArray weight = HostArray.of(in.weight());
        HostArray y = written(result);
        OneDnnProduct.Right right = form == ProductKernels.Weight.OUT_IN
                ? OneDnnProduct.Right.TRANSPOSED
                : OneDnnProduct.Right.PLAIN;
        RowBlocks blocks = new RowBlocks(x.size(0));
        workers.run(blocks.pieces(), (piece, scratch) -> multiply(blocks, piece, x, weight, right, y, scratch));
    }

    @Override
    public void linearGradient(
            ProductKernels.LinearBackward<DeviceArray> in, ProductKernels.LinearInputs<DeviceArray> gradients) {
        HostArray outGradient = HostArray.of(in.outGradient());
        HostArray x = HostArray.of(in.x());
        HostArray weight = HostArray.of(in.weight());
        HostArray dx = written(gradients.x());
        HostArray dw = written(gradients.weight());
        RowBlocks blocks = new RowBlocks(x.size(0));
        Slices slices = new Slices(weight.size(0), MOST_COLUMNS);
        workers.run(blocks.pieces() + slices.pieces(), (piece, scratch) -> {
            if (piece < blocks.pieces()) {
                multiply(blocks, piece, outGradient, weight, OneDnnProduct.Right.PLAIN, dx, scratch);
            } else {
                weightGradient(slices, piece - blocks.pieces(), outGradient, x, dw);
            }
        });
    }

    /** Rows of left [R, in] · right [in, out] to those of result [R, out]. */
    private void multiply(
            RowBlocks blocks,
            int piece,
            HostArray left,
            HostArray right,
            OneDnnProduct.Right form,
            HostArray result,
            Scratch scratch) {
        OneDnn.onThisThread();
        OneDnnThread thread = scratch.products(() -> new OneDnnThread(dnn));
        int inner = left.size(1);
        int columns = result.size(1);
        int end = blocks.first(piece + 1);
        int rows;
        for (int row = blocks.first(piece); row < end; row += rows) {
            rows = RowBlocks.next(end - row);
            OneDnn.Matrix part = OneDnn.Matrix.plain(OneDnn.Entry.FLOAT32, rows, inner);
            thread.multiply(
                    new OneDnnProduct.Shape(part, form, columns, OneDnnProduct.Before.OVERWRITTEN),
                    left.address((long) row * inner),
                    right.address(0),
                    result.address((long) row * columns));
        }
    }

    /** Rows of dW [out, in] = dyᵀ·x. */
    private static void weightGradient(Slices slices, int slice, HostArray outGradient, HostArray x, HostArray dw) {
        OneDnn.onThisThread();
        int out = outGradient.size(1);
        int in = x.size(1);
        int first = slices.first(slice);
        OneDnn.check(
                dnnl.dnnl_sgemm(
                        (byte) 'T',
                        (byte) 'N',
                        slices.first(slice + 1) - first,
                        in,
                        x.size(0),
                        1f,
                        outGradient.address(first),
                        out,
                        x.address(0),
                        in,
                        0f,
                        dw.address((long) first * in),
                        in),
                "a gradient");
    }

    /** An array that is about to be written by native code. */
    static HostArray written(DeviceArray array) {
        HostArray host = HostArray.of(array);
        host.packed().weightsChange();
        return host;
    }

    @Override
    public void close() {
        dnn.close();
    }
}
