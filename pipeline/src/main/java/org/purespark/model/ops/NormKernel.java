package org.purespark.model.ops;

/**
 * Layer normalization of one row, forward and backward: x̂ = (s - mean(s)) / sqrt(var(s) + ε), y = γ·x̂ + β, var biased;
 * ds = (g - mean(g) - x̂·mean(g·x̂)) / sqrt(var(s) + ε) with g = γ·dy (Ba, Kiros, Hinton: Layer Normalization, 2016).
 */
final class NormKernel {
    private NormKernel() {}

    /** Turns {@code row} into x̂ in place and returns 1 / sqrt(var + ε). */
    static float normalize(float[] row, int width, double epsilon) {
        float mean = Rows.sum(row, width) / width;
        for (int i = 0; i < width; i++) {
            row[i] -= mean;
        }
        float variance = Rows.dot(row, row, width) / width;
        float inverse = (float) (1 / Math.sqrt(variance + epsilon));
        for (int i = 0; i < width; i++) {
            row[i] *= inverse;
        }
        return inverse;
    }

    static void scaleAndShift(float[] normalized, float[] gamma, float[] beta, float[] to, int width) {
        for (int i = 0; i < width; i++) {
            to[i] = normalized[i] * gamma[i] + beta[i];
        }
    }

    /**
     * One row backward.
     *
     * @param outGradient dy; turned into ds in place
     * @param gammaGradient dy·x̂ is added here
     * @param betaGradient dy is added here
     */
    static void backward(
            float[] outGradient,
            float[] normalized,
            float inverse,
            float[] gamma,
            float[] gammaGradient,
            float[] betaGradient,
            int width) {
        for (int i = 0; i < width; i++) {
            gammaGradient[i] += outGradient[i] * normalized[i];
        }
        Rows.add(betaGradient, outGradient, width);
        for (int i = 0; i < width; i++) {
            outGradient[i] *= gamma[i];
        }
        float mean = Rows.sum(outGradient, width) / width;
        float projection = Rows.dot(outGradient, normalized, width) / width;
        for (int i = 0; i < width; i++) {
            outGradient[i] = (outGradient[i] - mean - normalized[i] * projection) * inverse;
        }
    }
}
