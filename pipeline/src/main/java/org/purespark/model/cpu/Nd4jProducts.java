// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.nd4j.linalg.api.blas.params.MMulTranspose;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.reduce.Mmul;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.ProductKernels;

/**
 * Products by ND4J. The {@link Workers} share the rows, and each computes in one native thread: ND4J's own threads
 * would wait actively for work, on the cores that the other kernels need.
 */
final class Nd4jProducts implements MatrixProducts {
    /** Products of fewer rows are faster in one piece. */
    private static final int LEAST_ROWS = 48;

    private final Workers workers;

    Nd4jProducts(Workers workers) {
        this.workers = workers;
    }

    @Override
    public void linear(ProductKernels.LinearInputs<DeviceArray> in, ProductKernels.Weight form, DeviceArray result) {
        HostArray x = HostArray.of(in.x());
        INDArray weight = HostArray.of(in.weight()).matrix();
        HostArray y = HostArray.of(result);
        Form ofWeight = form == ProductKernels.Weight.OUT_IN ? Form.TRANSPOSED : Form.PLAIN;
        Cut cut = cut(x.size(0));
        workers.run(
                cut.pieces(),
                (piece, scratch) -> multiply(cut.rowsOf(x, piece), Form.PLAIN, weight, ofWeight, cut.rowsOf(y, piece)));
    }

    @Override
    public void linearGradient(
            ProductKernels.LinearBackward<DeviceArray> in, ProductKernels.LinearInputs<DeviceArray> gradients) {
        HostArray outGradient = HostArray.of(in.outGradient());
        INDArray x = HostArray.of(in.x()).matrix();
        INDArray weight = HostArray.of(in.weight()).matrix();
        HostArray dx = HostArray.of(gradients.x());
        HostArray dw = HostArray.of(gradients.weight());
        Cut ofRows = cut(in.x().size(0));
        Cut ofWeights = cut(in.weight().size(0));
        workers.run(ofRows.pieces() + ofWeights.pieces(), (piece, scratch) -> {
            if (piece < ofRows.pieces()) {
                multiply(ofRows.rowsOf(outGradient, piece), Form.PLAIN, weight, Form.PLAIN, ofRows.rowsOf(dx, piece));
            } else {
                int part = piece - ofRows.pieces();
                multiply(
                        ofWeights.columnsOf(outGradient, part, scratch),
                        Form.TRANSPOSED,
                        x,
                        Form.PLAIN,
                        ofWeights.rowsOf(dw, part));
            }
        });
    }

    /** The form of an operand in a product. */
    private enum Form {
        PLAIN,
        TRANSPOSED
    }

    private static void multiply(INDArray a, Form formOfA, INDArray b, Form formOfB, INDArray to) {
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
        Nd4j.exec(new Mmul(
                a,
                b,
                to,
                MMulTranspose.builder()
                        .transposeA(formOfA == Form.TRANSPOSED)
                        .transposeB(formOfB == Form.TRANSPOSED)
                        .build()));
    }

    @Override
    public void close() {
        // It keeps nothing.
    }

    /** One part for each thread, all of about the same size; two or three parts for each are not faster. */
    private Cut cut(int rows) {
        return new Cut(rows, Math.max(1, Math.min(workers.threads(), rows / LEAST_ROWS)));
    }

    /** Rows of a result, cut into parts. */
    private record Cut(int rows, int pieces) {
        private int first(int piece) {
            return (int) ((long) rows * piece / pieces);
        }

        /** The piece's rows. */
        INDArray rowsOf(HostArray array, int piece) {
            return pieces == 1 ? array.matrix() : array.rows(first(piece), first(piece + 1));
        }

        /** A copy of the piece's columns of [N, rows]: ND4J is slow on a strided view. */
        INDArray columnsOf(HostArray array, int piece, Scratch scratch) {
            if (pieces == 1) {
                return array.matrix();
            }
            int from = first(piece);
            int width = first(piece + 1) - from;
            int count = array.size(0);
            HostArray copy = scratch.matrix(count, width);
            float[] row = scratch.floats(width);
            for (int n = 0; n < count; n++) {
                array.get((long) n * rows + from, row, 0, width);
                copy.put((long) n * width, row, 0, width);
            }
            return copy.matrix();
        }
    }
}
