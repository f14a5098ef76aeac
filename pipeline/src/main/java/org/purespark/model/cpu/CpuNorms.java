// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.DropoutEntries;
import org.purespark.model.engine.NormKernels;
import org.purespark.model.engine.TextBatch;
import org.purespark.random.DropoutMask;

/** Bias, dropout, residual and normalization in one pass over the rows. */
final class CpuNorms implements NormKernels {
    private final Workers workers;
    private final TextBatch batch;

    CpuNorms(Workers workers, TextBatch batch) {
        this.workers = workers;
        this.batch = batch;
    }

    /** Dropout on row {@code n} of W entries. */
    private void drop(NormCall norm, int n, float[] row, int width) {
        DropoutMask mask = norm.dropout().maskOf(batch, batch.textOf(norm.rows(), n));
        if (mask != null) {
            mask.apply(DropoutEntries.ofRow(width, batch.tokenOf(norm.rows(), n), 0), row, 0, width);
        }
    }

    @Override
    public void embeddingNorm(EmbeddingNormInputs<DeviceArray> in, NormCall norm, Normalized<DeviceArray> out) {
        int rows = in.x().size(0);
        int width = in.x().size(1);
        HostArray x = HostArray.of(in.x());
        float[] gamma = in.gamma().toArray();
        float[] beta = in.beta().toArray();
        HostArray y = HostArray.of(out.y());
        HostArray normalized = HostArray.ofNullable(out.normalized());
        HostArray inverses = HostArray.ofNullable(out.inverse());
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            float[] row = scratch.floats(width);
            float[] result = scratch.floats(width);
            for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                x.get((long) n * width, row, 0, width);
                float inverse = NormKernel.normalize(row, width, norm.epsilon());
                if (normalized != null) {
                    inverses.put(n, inverse);
                    normalized.put((long) n * width, row, 0, width);
                }
                NormKernel.scaleAndShift(row, gamma, beta, result, width);
                drop(norm, n, result, width);
                y.put((long) n * width, result, 0, width);
            }
        });
    }

    @Override
    public void embeddingNormGradient(
            NormBackward<DeviceArray> in, NormCall norm, EmbeddingNormInputs<DeviceArray> gradients) {
        Backward backward = new Backward(in);
        int width = backward.width;
        HostArray x = HostArray.of(gradients.x());
        workers.run(backward.pieces, (piece, scratch) -> {
            float[] row = scratch.floats(width);
            float[] hat = scratch.floats(width);
            for (int n = Rows.first(piece); n < Rows.end(piece, backward.rows); n++) {
                backward.outGradient.get((long) n * width, row, 0, width);
                drop(norm, n, row, width);
                backward.throughNorm(piece, n, row, hat);
                x.put((long) n * width, row, 0, width);
            }
        });
        backward.total(gradients.gamma(), gradients.beta());
    }

    @Override
    public void residualNorm(ResidualNormInputs<DeviceArray> in, NormCall norm, Normalized<DeviceArray> out) {
        int rows = in.h().size(0);
        int width = in.h().size(1);
        HostArray h = HostArray.of(in.h());
        float[] bias = in.bias().toArray();
        HostArray residual = HostArray.of(in.residual());
        float[] gamma = in.gamma().toArray();
        float[] beta = in.beta().toArray();
        HostArray y = HostArray.of(out.y());
        HostArray normalized = HostArray.ofNullable(out.normalized());
        HostArray inverses = HostArray.ofNullable(out.inverse());
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            float[] row = scratch.floats(width);
            float[] other = scratch.floats(width);
            for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                h.get((long) n * width, row, 0, width);
                Sums.add(row, 0, bias, 0, width);
                drop(norm, n, row, width);
                residual.get((long) n * width, other, 0, width);
                float inverse = NormKernel.normalizeSum(row, other, width, norm.epsilon());
                if (normalized != null) {
                    inverses.put(n, inverse);
                    normalized.put((long) n * width, row, 0, width);
                }
                NormKernel.scaleAndShift(row, gamma, beta, other, width);
                y.put((long) n * width, other, 0, width);
            }
        });
    }

    @Override
    public void residualNormGradient(
            NormBackward<DeviceArray> in, NormCall norm, ResidualNormInputs<DeviceArray> gradients) {
        Backward backward = new Backward(in);
        int width = backward.width;
        HostArray h = HostArray.of(gradients.h());
        HostArray residual = HostArray.of(gradients.residual());
        float[][] bias = new float[backward.pieces][width];
        workers.run(backward.pieces, (piece, scratch) -> {
            float[] row = scratch.floats(width);
            float[] hat = scratch.floats(width);
            for (int n = Rows.first(piece); n < Rows.end(piece, backward.rows); n++) {
                backward.outGradient.get((long) n * width, row, 0, width);
                backward.throughNorm(piece, n, row, hat);
                residual.put((long) n * width, row, 0, width);
                drop(norm, n, row, width);
                Sums.add(bias[piece], 0, row, 0, width);
                h.put((long) n * width, row, 0, width);
            }
        });
        gradients.bias().put(0, Rows.total(bias, width), 0, width);
        backward.total(gradients.gamma(), gradients.beta());
    }

    @Override
    public void scaleNorm(ScaleNormInputs<DeviceArray> in, NormCall norm, Normalized<DeviceArray> out) {
        int rows = in.x().size(0);
        int width = in.x().size(1);
        HostArray x = HostArray.of(in.x());
        float[] gamma = in.gamma().toArray();
        HostArray y = HostArray.of(out.y());
        HostArray normalized = HostArray.ofNullable(out.normalized());
        HostArray inverses = HostArray.ofNullable(out.inverse());
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            float[] row = scratch.floats(width);
            float[] result = scratch.floats(width);
            for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                x.get((long) n * width, row, 0, width);
                float inverse = NormKernel.normalize(row, width, norm.epsilon());
                if (normalized != null) {
                    inverses.put(n, inverse);
                    normalized.put((long) n * width, row, 0, width);
                }
                NormKernel.scale(row, gamma, result, width);
                drop(norm, n, result, width);
                y.put((long) n * width, result, 0, width);
            }
        });
    }

    @Override
    public void scaleNormGradient(NormBackward<DeviceArray> in, NormCall norm, ScaleNormInputs<DeviceArray> gradients) {
        Backward backward = new Backward(in);
        int width = backward.width;
        HostArray x = HostArray.of(gradients.x());
        workers.run(backward.pieces, (piece, scratch) -> {
            float[] row = scratch.floats(width);
            float[] hat = scratch.floats(width);
            for (int n = Rows.first(piece); n < Rows.end(piece, backward.rows); n++) {
                backward.outGradient.get((long) n * width, row, 0, width);
                drop(norm, n, row, width);
                backward.throughNorm(piece, n, row, hat);
                x.put((long) n * width, row, 0, width);
            }
        });
        backward.total(gradients.gamma());
    }

    @Override
    public void sumNorm(SumNormInputs<DeviceArray> in, NormCall norm, SumNormalized<DeviceArray> out) {
        int rows = in.h().size(0);
        int width = in.h().size(1);
        HostArray h = HostArray.of(in.h());
        HostArray residual = HostArray.of(in.residual());
        float[] gamma = in.gamma().toArray();
        HostArray y = HostArray.of(out.y());
        HostArray sums = HostArray.ofNullable(out.sum());
        HostArray normalized = HostArray.ofNullable(out.normalized());
        HostArray inverses = HostArray.ofNullable(out.inverse());
        workers.run(Rows.pieces(rows), (piece, scratch) -> {
            float[] row = scratch.floats(width);
            float[] other = scratch.floats(width);
            for (int n = Rows.first(piece); n < Rows.end(piece, rows); n++) {
                h.get((long) n * width, row, 0, width);
                drop(norm, n, row, width);
                residual.get((long) n * width, other, 0, width);
                Sums.add(row, 0, other, 0, width);
                if (sums != null) {
                    sums.put((long) n * width, row, 0, width);
                }
                float inverse = NormKernel.normalize(row, width, norm.epsilon());
                if (normalized != null) {
                    inverses.put(n, inverse);
                    normalized.put((long) n * width, row, 0, width);
                }
                NormKernel.scale(row, gamma, other, width);
                y.put((long) n * width, other, 0, width);
            }
        });
    }

    @Override
    public void sumNormGradient(SumNormBackward<DeviceArray> in, NormCall norm, SumNormInputs<DeviceArray> gradients) {
        Backward backward =
                new Backward(new NormBackward<>(in.outGradient(), in.normalized(), in.inverse(), in.gamma()));
        int width = backward.width;
        HostArray sumGradient = HostArray.ofNullable(in.sumGradient());
        HostArray h = HostArray.of(gradients.h());
        HostArray residual = HostArray.of(gradients.residual());
        workers.run(backward.pieces, (piece, scratch) -> {
            float[] row = scratch.floats(width);
            float[] hat = scratch.floats(width);
            for (int n = Rows.first(piece); n < Rows.end(piece, backward.rows); n++) {
                backward.outGradient.get((long) n * width, row, 0, width);
                backward.throughNorm(piece, n, row, hat);
                if (sumGradient != null) {
                    sumGradient.get((long) n * width, hat, 0, width);
                    Sums.add(row, 0, hat, 0, width);
                }
                residual.put((long) n * width, row, 0, width);
                drop(norm, n, row, width);
                h.put((long) n * width, row, 0, width);
            }
        });
        backward.total(gradients.gamma());
    }

    /** The common part of the backward passes. */
    private static final class Backward {
        private final int rows;
        private final int width;
        private final int pieces;
        private final HostArray outGradient;
        private final HostArray normalized;
        private final HostArray inverses;
        private final float[] gamma;
        private final float[][] gammas; // sums of each piece
        private final float[][] betas;

        Backward(NormBackward<DeviceArray> in) {
            this.rows = in.outGradient().size(0);
            this.width = in.outGradient().size(1);
            this.pieces = Rows.pieces(rows);
            this.outGradient = HostArray.of(in.outGradient());
            this.normalized = HostArray.of(in.normalized());
            this.inverses = HostArray.of(in.inverse());
            this.gamma = HostArray.of(in.gamma()).toPaddedArray();
            this.gammas = new float[pieces][VectorLanes.padded(width)];
            this.betas = new float[pieces][VectorLanes.padded(width)];
        }

        /** Turns dy of row {@code n} into the gradient of the row before normalization. */
        void throughNorm(int piece, int n, float[] row, float[] hat) {
            normalized.get((long) n * width, hat, 0, width);
            NormKernel.backward(row, hat, inverses.get(n), gamma, gammas[piece], betas[piece], width);
        }

        void total(DeviceArray gammaGradient) {
            gammaGradient.put(0, Rows.total(gammas, width), 0, width);
        }

        void total(DeviceArray gammaGradient, DeviceArray betaGradient) {
            total(gammaGradient);
            betaGradient.put(0, Rows.total(betas, width), 0, width);
        }
    }
}
