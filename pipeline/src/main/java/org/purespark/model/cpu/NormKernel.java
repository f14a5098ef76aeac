// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import jdk.incubator.vector.FloatVector;

/**
 * Layer normalization of one row, forward and backward: x̂ = (s - mean(s)) / sqrt(var(s) + ε), y = γ·x̂ + β, var
 * biased; ds = (g - mean(g) - x̂·mean(g·x̂)) / sqrt(var(s) + ε) with g = γ·dy (Ba, Kiros, Hinton: Layer Normalization,
 * 2016). Rows have room for whole vectors ({@link VectorLanes}).
 */
final class NormKernel {
    private NormKernel() {}

    /** Turns {@code row} into x̂ in place and returns 1 / sqrt(var + ε). */
    static float normalize(float[] row, int width, double epsilon) {
        Rows.clearPadding(row, 0, width);
        return normalize(row, Rows.sum(row, 0, width) / width, width, epsilon);
    }

    /** Turns {@code row} into x̂ of row + added in place and returns 1 / sqrt(var + ε). */
    static float normalizeSum(float[] row, float[] added, int width, double epsilon) {
        Rows.clearPadding(row, 0, width);
        Rows.clearPadding(added, 0, width);
        FloatVector total = FloatVector.zero(VectorLanes.FLOATS);
        for (int i = 0; i < width; i += VectorLanes.COUNT) {
            FloatVector sum = FloatVector.fromArray(VectorLanes.FLOATS, row, i)
                    .add(FloatVector.fromArray(VectorLanes.FLOATS, added, i));
            sum.intoArray(row, i);
            total = total.add(sum);
        }
        return normalize(row, Rows.across(total) / width, width, epsilon);
    }

    private static float normalize(float[] row, float mean, int width, double epsilon) {
        for (int i = 0; i < width; i++) {
            row[i] -= mean;
        }
        float variance = Rows.dot(row, 0, row, 0, width) / width;
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

    static void scale(float[] normalized, float[] gamma, float[] to, int width) {
        for (int i = 0; i < width; i++) {
            to[i] = normalized[i] * gamma[i];
        }
    }

    /**
     * One row backward.
     *
     * @param outGradient dy; turned into ds in place
     * @param gamma with room for whole vectors, and zeros after its end
     * @param gammaGradient dy·x̂ is added here; with room for whole vectors
     * @param betaGradient dy is added here; with room for whole vectors
     */
    static void backward(
            float[] outGradient,
            float[] normalized,
            float inverse,
            float[] gamma,
            float[] gammaGradient,
            float[] betaGradient,
            int width) {
        Rows.clearPadding(outGradient, 0, width);
        Rows.clearPadding(normalized, 0, width);
        FloatVector sum = FloatVector.zero(VectorLanes.FLOATS);
        FloatVector product = sum;
        for (int i = 0; i < width; i += VectorLanes.COUNT) {
            FloatVector dy = FloatVector.fromArray(VectorLanes.FLOATS, outGradient, i);
            FloatVector hat = FloatVector.fromArray(VectorLanes.FLOATS, normalized, i);
            dy.fma(hat, FloatVector.fromArray(VectorLanes.FLOATS, gammaGradient, i))
                    .intoArray(gammaGradient, i);
            dy.add(FloatVector.fromArray(VectorLanes.FLOATS, betaGradient, i)).intoArray(betaGradient, i);
            FloatVector g = dy.mul(FloatVector.fromArray(VectorLanes.FLOATS, gamma, i));
            sum = sum.add(g);
            product = g.fma(hat, product);
            g.intoArray(outGradient, i);
        }
        float mean = Rows.across(sum) / width;
        float projection = Rows.across(product) / width;
        for (int i = 0; i < width; i++) {
            outGradient[i] = (outGradient[i] - mean - normalized[i] * projection) * inverse;
        }
    }
}
