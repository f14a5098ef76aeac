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
    /** How the rows of a result are cut into parts. */
    enum Cutting {
        /** One part for each thread, all of about the same size; two or three parts for each are not faster. */
        BY_THREADS {
            @Override
            int ofTokens(int rows, int threads) {
                return Math.max(1, Math.min(threads, rows / LEAST_ROWS));
            }

            @Override
            int ofWeights(int rows, int threads) {
                return ofTokens(rows, threads);
            }
        },
        /**
         * By the number of rows alone, where sums of a row depend on the rows that are multiplied with it. Columns of
         * the gradient are copied for each part of a weight's, so there are few; rows of tokens have an even number of
         * parts, so that two threads have the same to do.
         */
        BY_ROWS {
            @Override
            int ofTokens(int rows, int threads) {
                return rows < 4 * LEAST_ROWS ? 1 : 2 * Math.max(1, (rows + TOKENS) / (2 * TOKENS));
            }

            @Override
            int ofWeights(int rows, int threads) {
                return Math.max(1, rows / WEIGHTS);
            }
        };

        /** Products of fewer rows are faster in one part. */
        private static final int LEAST_ROWS = 48;

        private static final int TOKENS = 256;
        private static final int WEIGHTS = 1024;

        /**
         * Kernels for vectors of 16 entries sum the products of any row in the same order. Those for shorter vectors
         * take six rows at once, and sum in another order where fewer are left.
         */
        static Cutting ofThisMachine() {
            return VectorLanes.COUNT < 16 ? BY_ROWS : BY_THREADS;
        }

        /** Number of parts of a result with a row for each token. */
        abstract int ofTokens(int rows, int threads);

        /** Number of parts of a weight's gradient. */
        abstract int ofWeights(int rows, int threads);
    }

    private final Workers workers;
    private final Cutting cutting = Cutting.ofThisMachine();

    Nd4jProducts(Workers workers) {
        this.workers = workers;
    }

    /**
     * Most columns of a gradient that threads have copies of at the same time, each of the part that it computes,
     * however the machine cuts.
     */
    static long copiedColumns(long columns, int threads) {
        long most = 0;
        for (Cutting machines : Cutting.values()) {
            int pieces = machines.ofWeights(Math.toIntExact(columns), threads);
            most = Math.max(most, pieces == 1 ? 0 : columns * Math.min(threads, pieces) / pieces);
        }
        return most;
    }

    @Override
    public void linear(ProductKernels.LinearInputs<DeviceArray> in, ProductKernels.Weight form, DeviceArray result) {
        HostArray x = HostArray.of(in.x());
        INDArray weight = HostArray.of(in.weight()).matrix();
        HostArray y = HostArray.of(result);
        Form ofWeight = form == ProductKernels.Weight.OUT_IN ? Form.TRANSPOSED : Form.PLAIN;
        Cut cut = ofTokens(x.size(0));
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
        Cut ofTokens = ofTokens(in.x().size(0));
        int rows = in.weight().size(0);
        Cut ofWeights = new Cut(rows, cutting.ofWeights(rows, workers.threads()));
        // Parts of weights are the largest, so they come first.
        workers.run(ofWeights.pieces() + ofTokens.pieces(), (piece, scratch) -> {
            if (piece < ofWeights.pieces()) {
                multiply(
                        ofWeights.columnsOf(outGradient, piece, scratch),
                        Form.TRANSPOSED,
                        x,
                        Form.PLAIN,
                        ofWeights.rowsOf(dw, piece));
            } else {
                int part = piece - ofWeights.pieces();
                multiply(ofTokens.rowsOf(outGradient, part), Form.PLAIN, weight, Form.PLAIN, ofTokens.rowsOf(dx, part));
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

    private Cut ofTokens(int rows) {
        return new Cut(rows, cutting.ofTokens(rows, workers.threads()));
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
