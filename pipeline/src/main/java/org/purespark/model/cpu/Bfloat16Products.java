// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.ProductKernels;

/**
 * Products of oneDNN whose factors are rounded to bfloat16; sums and results are float32. A weight's copy is made once
 * after each change ({@link PackedWeights}); rows are rounded in the piece of work that multiplies them.
 */
final class Bfloat16Products implements MatrixProducts {
    private static final OneDnn.Entry ENTRY = OneDnn.Entry.BFLOAT16;

    /** Of a weight's gradient, in one piece. */
    private static final int MOST_COLUMNS = 256;

    /** Rows that a weight's gradient sums in one product. */
    private static final int SUMMED = 256;

    /** A sum over rows that are no multiple goes on over zeros: so few numbers of rows are summed. */
    private static final int SUMMED_UNIT = 32;

    private final Workers workers;
    private final OneDnn dnn = new OneDnn();
    private final Packing packing = new Packing();
    /** All rows of an output's gradient, and of an input, for the gradient of a weight. */
    private BytePointer ofGradient;

    private BytePointer ofInput;

    Bfloat16Products(Workers workers) {
        this.workers = workers;
    }

    @Override
    public void linear(ProductKernels.LinearInputs<DeviceArray> in, ProductKernels.Weight form, DeviceArray result) {
        HostArray x = HostArray.of(in.x());
        HostArray y = written(result);
        Pointer weight = packed(
                HostArray.of(in.weight()),
                form == ProductKernels.Weight.OUT_IN ? PackedWeights.Inner.COLUMNS : PackedWeights.Inner.ROWS);
        RowBlocks blocks = new RowBlocks(x.size(0));
        int inner = x.size(1);
        workers.run(blocks.pieces(), (piece, scratch) -> {
            dnn.onThisThread();
            OneDnnThread thread = thread(scratch);
            int first = blocks.first(piece);
            int end = blocks.first(piece + 1);
            BytePointer rounded = thread.rounded((long) (end - first) * inner * ENTRY.bytes());
            round(thread, first, end, x, rounded, -first);
            multiply(thread, first, end, rounded, -first, inner, weight, y);
        });
    }

    @Override
    public void linearGradient(
            ProductKernels.LinearBackward<DeviceArray> in, ProductKernels.LinearInputs<DeviceArray> gradients) {
        HostArray outGradient = HostArray.of(in.outGradient());
        HostArray x = HostArray.of(in.x());
        HostArray dx = written(gradients.x());
        HostArray dw = written(gradients.weight());
        Pointer weight = packed(HostArray.of(in.weight()), PackedWeights.Inner.ROWS);
        int rows = x.size(0);
        int summed = (rows + SUMMED_UNIT - 1) / SUMMED_UNIT * SUMMED_UNIT;
        int out = outGradient.size(1);
        ofGradient = room(ofGradient, summed, out);
        ofInput = room(ofInput, summed, x.size(1));
        clear(ofGradient, rows, summed, out);
        clear(ofInput, rows, summed, x.size(1));
        RowBlocks blocks = new RowBlocks(rows);
        workers.run(blocks.pieces(), (piece, scratch) -> {
            dnn.onThisThread();
            OneDnnThread thread = thread(scratch);
            int first = blocks.first(piece);
            int end = blocks.first(piece + 1);
            round(thread, first, end, outGradient, ofGradient, 0);
            round(thread, first, end, x, ofInput, 0);
            multiply(thread, first, end, ofGradient, 0, out, weight, dx);
        });
        Slices slices = new Slices(out, MOST_COLUMNS);
        workers.run(slices.pieces(), (piece, scratch) -> {
            dnn.onThisThread();
            weightGradient(thread(scratch), slices.first(piece), slices.first(piece + 1), summed, out, dw);
        });
    }

    /** An array that native code is about to write. */
    private static HostArray written(DeviceArray array) {
        HostArray host = HostArray.of(array);
        host.packed().weightsChange();
        return host;
    }

    private OneDnnThread thread(Scratch scratch) {
        return scratch.products(() -> new OneDnnThread(dnn));
    }

    private Pointer packed(HostArray weight, PackedWeights.Inner inner) {
        PackedWeights.Matrix matrix = new PackedWeights.Matrix(weight.offset(), weight.size(0), weight.size(1), inner);
        return weight.packed().of(matrix, weight, packing, workers);
    }

    /** Rows [first, end) of {@code from}, rounded, to row first + {@code moved} of {@code to} and on. */
    private static void round(OneDnnThread thread, int first, int end, HostArray from, BytePointer to, int moved) {
        int width = from.size(1);
        int rows;
        for (int row = first; row < end; row += rows) {
            rows = RowBlocks.next(end - row);
            thread.round(rows, width, from.address((long) row * width), entry(to, (long) (row + moved) * width));
        }
    }

    /** Rows [first, end) of the result [R, out]: left [.., inner] · right, row first + {@code moved} of left on. */
    private static void multiply(
            OneDnnThread thread,
            int first,
            int end,
            BytePointer left,
            int moved,
            int inner,
            Pointer right,
            HostArray result) {
        int columns = result.size(1);
        int rows;
        for (int row = first; row < end; row += rows) {
            rows = RowBlocks.next(end - row);
            thread.multiply(
                    new OneDnnProduct.Shape(
                            OneDnn.Matrix.plain(ENTRY, rows, inner),
                            OneDnnProduct.Right.PACKED,
                            columns,
                            OneDnnProduct.Before.OVERWRITTEN),
                    entry(left, (long) (row + moved) * inner),
                    right,
                    result.address((long) row * columns));
        }
    }

    /** Rows [first, end) of dW [out, in] = dyᵀ·x: sums over parts of the rows, one after the other. */
    private void weightGradient(OneDnnThread thread, int first, int end, int rows, int out, HostArray dw) {
        int in = dw.size(1);
        for (int row = 0; row < rows; row += SUMMED) {
            int part = Math.min(SUMMED, rows - row);
            thread.multiply(
                    new OneDnnProduct.Shape(
                            OneDnn.Matrix.transposed(ENTRY, end - first, part, out),
                            OneDnnProduct.Right.PLAIN,
                            in,
                            row == 0 ? OneDnnProduct.Before.OVERWRITTEN : OneDnnProduct.Before.ADDED_TO),
                    entry(ofGradient, (long) row * out + first),
                    entry(ofInput, (long) row * in),
                    dw.address((long) first * in));
        }
    }

    private static Pointer entry(BytePointer of, long at) {
        return of.getPointer(at * ENTRY.bytes());
    }

    /** Memory for [rows, columns]: {@code old}, if it is large enough. */
    private static BytePointer room(BytePointer old, int rows, int columns) {
        long bytes = (long) rows * columns * ENTRY.bytes();
        if (old != null && old.capacity() - old.position() >= bytes) {
            return old;
        }
        if (old != null) {
            old.close();
        }
        return Aligned.bytes(bytes);
    }

    private static void clear(BytePointer rows, int from, int to, int columns) {
        long bytes = (long) (to - from) * columns * ENTRY.bytes();
        if (bytes > 0) {
            Pointer.memset(entry(rows, (long) from * columns), 0, bytes);
        }
    }

    /** Copies of weights: bfloat16, in oneDNN's form. */
    private final class Packing implements PackedWeights.Packer {
        @Override
        public long bytes(PackedWeights.Matrix matrix) {
            return OneDnnProduct.packedBytes(dnn, ENTRY, inner(matrix), outer(matrix));
        }

        private static long inner(PackedWeights.Matrix matrix) {
            return matrix.inner() == PackedWeights.Inner.COLUMNS ? matrix.columns() : matrix.rows();
        }

        private static long outer(PackedWeights.Matrix matrix) {
            return matrix.inner() == PackedWeights.Inner.COLUMNS ? matrix.rows() : matrix.columns();
        }

        @Override
        public void pack(PackedWeights.Matrix matrix, Pointer weights, Pointer to) {
            dnn.onThisThread();
            OneDnn.Matrix from = matrix.inner() == PackedWeights.Inner.COLUMNS
                    ? OneDnn.Matrix.transposed(OneDnn.Entry.FLOAT32, matrix.columns(), matrix.rows(), matrix.columns())
                    : OneDnn.Matrix.plain(OneDnn.Entry.FLOAT32, matrix.rows(), matrix.columns());
            dnnl_stream stream = new dnnl_stream();
            OneDnn.check(dnnl.dnnl_stream_create(stream, dnn.engine(), dnnl.dnnl_stream_default_flags), "a stream");
            try (OneDnnRounding rounding = new OneDnnRounding(
                    dnn, from.description(), OneDnnProduct.packedForm(dnn, ENTRY, inner(matrix), outer(matrix)))) {
                rounding.run(stream, weights, to);
            } finally {
                OneDnn.check(dnnl.dnnl_stream_destroy(stream), "to close a stream");
            }
        }
    }

    @Override
    public void close() {
        for (BytePointer memory : new BytePointer[] {ofGradient, ofInput}) {
            if (memory != null) {
                memory.close();
            }
        }
        dnn.close();
    }
}
