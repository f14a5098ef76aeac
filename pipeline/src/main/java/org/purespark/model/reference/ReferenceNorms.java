// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.reference;

import static org.purespark.model.reference.Sigma.sum;

import org.purespark.model.engine.DeviceArray;
import org.purespark.model.engine.NormKernels;
import org.purespark.model.engine.TextBatch;

/** {@link NormKernels}, row by row. */
final class ReferenceNorms implements NormKernels {
    private final TextBatch batch;

    ReferenceNorms(TextBatch batch) {
        this.batch = batch;
    }

    /** What dropout multiplies entry {@code i} of row {@code r} of W entries by. */
    private double mask(NormCall norm, int r, int width, int i) {
        return Mask.ofRow(norm.dropout(), batch, norm.rows(), r, width, i);
    }

    /** A normalized row: x̂ [W] and 1/σ. */
    private record Row(double[] normalized, double inverse) {
        /** Of the entries s [W]. */
        static Row of(double[] s, double epsilon) {
            int width = s.length;
            double mean = sum(width, i -> s[i]) / width;
            double variance = sum(width, i -> (s[i] - mean) * (s[i] - mean)) / width;
            double inverse = 1 / Math.sqrt(variance + epsilon);
            double[] normalized = new double[width];
            for (int i = 0; i < width; i++) {
                normalized[i] = (s[i] - mean) * inverse;
            }
            return new Row(normalized, inverse);
        }

        /** Writes what a backward pass reads. */
        void write(int r, Normalized<DeviceArray> out) {
            if (out.normalized() == null) {
                return;
            }
            ReferenceArray.of(out.inverse()).set(r, inverse);
            for (int i = 0; i < normalized.length; i++) {
                ReferenceArray.of(out.normalized()).set(r, i, normalized[i]);
            }
        }
    }

    @Override
    public void embeddingNorm(EmbeddingNormInputs<DeviceArray> in, NormCall norm, Normalized<DeviceArray> out) {
        ReferenceArray x = ReferenceArray.of(in.x()); // [R, W]
        ReferenceArray gamma = ReferenceArray.of(in.gamma()); // [W]
        ReferenceArray beta = ReferenceArray.of(in.beta()); // [W]
        ReferenceArray y = ReferenceArray.of(out.y()); // [R, W]
        int width = x.size(1);
        for (int r = 0; r < x.size(0); r++) {
            double[] s = new double[width];
            for (int i = 0; i < width; i++) {
                s[i] = x.at(r, i);
            }
            Row row = Row.of(s, norm.epsilon());
            row.write(r, out);
            for (int i = 0; i < width; i++) {
                y.set(r, i, mask(norm, r, width, i) * (gamma.at(i) * row.normalized[i] + beta.at(i)));
            }
        }
    }

    @Override
    public void embeddingNormGradient(
            NormBackward<DeviceArray> in, NormCall norm, EmbeddingNormInputs<DeviceArray> gradients) {
        ReferenceArray dy = ReferenceArray.of(in.outGradient()); // [R, W]
        ReferenceArray dx = ReferenceArray.of(gradients.x()); // [R, W]
        int width = dy.size(1);
        double[][] dropped = new double[dy.size(0)][width]; // [R, W]
        for (int r = 0; r < dropped.length; r++) {
            for (int i = 0; i < width; i++) {
                dropped[r][i] = mask(norm, r, width, i) * dy.at(r, i);
            }
        }
        double[][] ds = throughNorm(dropped, in, gradients.gamma()); // [R, W]
        fillWithSums(gradients.beta(), dropped);
        dx.fill((r, i) -> ds[r][i]);
    }

    @Override
    public void residualNorm(ResidualNormInputs<DeviceArray> in, NormCall norm, Normalized<DeviceArray> out) {
        ReferenceArray h = ReferenceArray.of(in.h()); // [R, D]
        ReferenceArray bias = ReferenceArray.of(in.bias()); // [D]
        ReferenceArray residual = ReferenceArray.of(in.residual()); // [R, D]
        ReferenceArray gamma = ReferenceArray.of(in.gamma()); // [D]
        ReferenceArray beta = ReferenceArray.of(in.beta()); // [D]
        ReferenceArray y = ReferenceArray.of(out.y()); // [R, D], maybe the memory of h
        int width = h.size(1);
        for (int r = 0; r < h.size(0); r++) {
            double[] s = new double[width];
            for (int i = 0; i < width; i++) {
                s[i] = mask(norm, r, width, i) * (h.at(r, i) + bias.at(i)) + residual.at(r, i);
            }
            Row row = Row.of(s, norm.epsilon());
            row.write(r, out);
            for (int i = 0; i < width; i++) {
                y.set(r, i, gamma.at(i) * row.normalized[i] + beta.at(i));
            }
        }
    }

    @Override
    public void residualNormGradient(
            NormBackward<DeviceArray> in, NormCall norm, ResidualNormInputs<DeviceArray> gradients) {
        ReferenceArray dy = ReferenceArray.of(in.outGradient()); // [R, D]
        ReferenceArray dh = ReferenceArray.of(gradients.h()); // [R, D]
        ReferenceArray dbias = ReferenceArray.of(gradients.bias()); // [D]
        ReferenceArray dresidual = ReferenceArray.of(gradients.residual()); // [R, D]
        int rows = dy.size(0);
        int width = dy.size(1);
        double[][] given = new double[rows][width]; // [R, D]
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < width; i++) {
                given[r][i] = dy.at(r, i);
            }
        }
        double[][] ds = throughNorm(given, in, gradients.gamma()); // [R, D]
        fillWithSums(gradients.beta(), given);
        dresidual.fill((r, i) -> ds[r][i]);
        dh.fill((r, i) -> mask(norm, r, width, i) * ds[r][i]);
        dbias.fill(i -> sum(rows, r -> mask(norm, r, width, i) * ds[r][i]));
    }

    /**
     * Gradients of the input of the normalization, and of γ.
     *
     * @param dy gradient of γ·x̂ [R, W]
     * @return ds [R, W]
     */
    private static double[][] throughNorm(double[][] dy, NormBackward<DeviceArray> in, DeviceArray gammaGradient) {
        ReferenceArray hat = ReferenceArray.of(in.normalized()); // [R, W]
        ReferenceArray inverse = ReferenceArray.of(in.inverse()); // [R]
        ReferenceArray gamma = ReferenceArray.of(in.gamma()); // [W]
        int rows = hat.size(0);
        int width = hat.size(1);
        double[][] ds = new double[rows][width];
        for (int row = 0; row < rows; row++) {
            int r = row;
            double mean = sum(width, i -> gamma.at(i) * dy[r][i]) / width;
            double projection = sum(width, i -> gamma.at(i) * dy[r][i] * hat.at(r, i)) / width;
            for (int i = 0; i < width; i++) {
                ds[r][i] = (gamma.at(i) * dy[r][i] - mean - hat.at(r, i) * projection) * inverse.at(r);
            }
        }
        ReferenceArray.of(gammaGradient).fill(i -> sum(rows, r -> dy[r][i] * hat.at(r, i)));
        return ds;
    }

    /** Each entry becomes the sum of a column of dy [R, W]. */
    private static void fillWithSums(DeviceArray gradient, double[][] dy) {
        ReferenceArray.of(gradient).fill(i -> sum(dy.length, r -> dy[r][i]));
    }

    @Override
    public void scaleNorm(ScaleNormInputs<DeviceArray> in, NormCall norm, Normalized<DeviceArray> out) {
        ReferenceArray x = ReferenceArray.of(in.x()); // [R, W]
        ReferenceArray gamma = ReferenceArray.of(in.gamma()); // [W]
        ReferenceArray y = ReferenceArray.of(out.y()); // [R, W]
        int width = x.size(1);
        for (int r = 0; r < x.size(0); r++) {
            double[] s = new double[width];
            for (int i = 0; i < width; i++) {
                s[i] = x.at(r, i);
            }
            Row row = Row.of(s, norm.epsilon());
            row.write(r, out);
            for (int i = 0; i < width; i++) {
                y.set(r, i, mask(norm, r, width, i) * gamma.at(i) * row.normalized[i]);
            }
        }
    }

    @Override
    public void scaleNormGradient(NormBackward<DeviceArray> in, NormCall norm, ScaleNormInputs<DeviceArray> gradients) {
        ReferenceArray dy = ReferenceArray.of(in.outGradient()); // [R, W]
        ReferenceArray dx = ReferenceArray.of(gradients.x()); // [R, W]
        int width = dy.size(1);
        double[][] dropped = new double[dy.size(0)][width]; // [R, W]
        for (int r = 0; r < dropped.length; r++) {
            for (int i = 0; i < width; i++) {
                dropped[r][i] = mask(norm, r, width, i) * dy.at(r, i);
            }
        }
        double[][] ds = throughNorm(dropped, in, gradients.gamma()); // [R, W]
        dx.fill((r, i) -> ds[r][i]);
    }

    @Override
    public void sumNorm(SumNormInputs<DeviceArray> in, NormCall norm, SumNormalized<DeviceArray> out) {
        ReferenceArray h = ReferenceArray.of(in.h()); // [R, D]
        ReferenceArray residual = ReferenceArray.of(in.residual()); // [R, D]
        ReferenceArray gamma = ReferenceArray.of(in.gamma()); // [D]
        ReferenceArray y = ReferenceArray.of(out.y()); // [R, D], maybe the memory of h
        ReferenceArray sum = ReferenceArray.ofNullable(out.sum()); // [R, D]
        int width = h.size(1);
        for (int r = 0; r < h.size(0); r++) {
            double[] s = new double[width];
            for (int i = 0; i < width; i++) {
                s[i] = mask(norm, r, width, i) * h.at(r, i) + residual.at(r, i);
                if (sum != null) {
                    sum.set(r, i, s[i]);
                }
            }
            Row row = Row.of(s, norm.epsilon());
            row.write(r, new Normalized<>(out.y(), out.normalized(), out.inverse()));
            for (int i = 0; i < width; i++) {
                y.set(r, i, gamma.at(i) * row.normalized[i]);
            }
        }
    }

    @Override
    public void sumNormGradient(SumNormBackward<DeviceArray> in, NormCall norm, SumNormInputs<DeviceArray> gradients) {
        ReferenceArray dy = ReferenceArray.of(in.outGradient()); // [R, D]
        ReferenceArray dsum = ReferenceArray.ofNullable(in.sumGradient()); // [R, D]
        ReferenceArray dh = ReferenceArray.of(gradients.h()); // [R, D]
        ReferenceArray dresidual = ReferenceArray.of(gradients.residual()); // [R, D]
        int width = dy.size(1);
        double[][] given = new double[dy.size(0)][width]; // [R, D]
        for (int r = 0; r < given.length; r++) {
            for (int i = 0; i < width; i++) {
                given[r][i] = dy.at(r, i);
            }
        }
        NormBackward<DeviceArray> ofNorm =
                new NormBackward<>(in.outGradient(), in.normalized(), in.inverse(), in.gamma());
        double[][] ds = throughNorm(given, ofNorm, gradients.gamma()); // [R, D]
        dresidual.fill((r, i) -> ds[r][i] + (dsum == null ? 0 : dsum.at(r, i)));
        dh.fill((r, i) -> mask(norm, r, width, i) * (ds[r][i] + (dsum == null ? 0 : dsum.at(r, i))));
    }
}
