// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.purespark.model.engine.RowKernels.BiasFunction;

/** {@link BiasFunction} with its slope in float32, vector by vector; whole vectors are read and written. */
final class BiasFunctions {
    /** 2·√(2/π). */
    private static final float GATE = 1.5957691216f;

    private static final float CUBIC = 0.044715f;

    /** Beyond, gelu is 0 or x to the last digit; gate'(x) would grow and grow. */
    private static final float FLAT = 16f;

    /** Below, tanh is computed by a polynomial: 1 - 2/(e^2x + 1) would lose digits (Moshier, Cephes: tanhf). */
    private static final float SMALL = 0.625f;

    private static final float TANH_3 = -3.33332819422e-1f;
    private static final float TANH_5 = 1.33314422036e-1f;
    private static final float TANH_7 = -5.37397155531e-2f;
    private static final float TANH_9 = 2.06390887954e-2f;
    private static final float TANH_11 = -5.70498872745e-3f;

    private BiasFunctions() {}

    /**
     * @param row x becomes f(x)
     * @param slopes takes f'(x)
     */
    static void apply(BiasFunction function, float[] row, float[] slopes, int count) {
        switch (function) {
            case GELU_BY_TANH -> {
                gateOfGelu(row, slopes, count);
                ErrorFunction.exp(slopes, 0, VectorLanes.padded(count), 0f, -1f);
                gelu(row, slopes, count);
            }
            case SILU -> {
                System.arraycopy(row, 0, slopes, 0, VectorLanes.padded(count));
                ErrorFunction.exp(slopes, 0, VectorLanes.padded(count), 0f, -1f);
                silu(row, slopes, count);
            }
            case TANH -> {
                absolute(row, slopes, count);
                ErrorFunction.exp(slopes, 0, VectorLanes.padded(count), 0f, 2f);
                tanh(row, slopes, count);
            }
            case RELU -> relu(row, slopes, count);
        }
    }

    /** gate[i] = 2·√(2/π)·(x + 0.044715·x³): gelu(x) = x·σ(gate). */
    private static void gateOfGelu(float[] row, float[] gate, int count) {
        for (int i = 0; i < count; i += VectorLanes.COUNT) {
            FloatVector x = FloatVector.fromArray(VectorLanes.FLOATS, row, i);
            x.mul(x).mul(CUBIC).add(1f).mul(x).mul(GATE).intoArray(gate, i);
        }
    }

    /** @param slopes e^-gate becomes gelu'(x) = σ + x·σ·(1 - σ)·gate'(x), 1 - σ = σ·e^-gate */
    private static void gelu(float[] row, float[] slopes, int count) {
        for (int i = 0; i < count; i += VectorLanes.COUNT) {
            FloatVector x = FloatVector.fromArray(VectorLanes.FLOATS, row, i);
            FloatVector e = FloatVector.fromArray(VectorLanes.FLOATS, slopes, i);
            FloatVector sigma = all(1f).div(e.add(1f));
            FloatVector y = x.mul(sigma);
            FloatVector near = x.max(-FLAT).min(FLAT);
            FloatVector ofGate = near.mul(near).mul(3 * CUBIC).add(1f).mul(GATE);
            y.mul(e.mul(sigma)).mul(ofGate).add(sigma).intoArray(slopes, i);
            y.intoArray(row, i);
        }
    }

    /** @param slopes e^-x becomes silu'(x) = σ + x·σ·(1 - σ) */
    private static void silu(float[] row, float[] slopes, int count) {
        for (int i = 0; i < count; i += VectorLanes.COUNT) {
            FloatVector x = FloatVector.fromArray(VectorLanes.FLOATS, row, i);
            FloatVector e = FloatVector.fromArray(VectorLanes.FLOATS, slopes, i);
            FloatVector sigma = all(1f).div(e.add(1f));
            FloatVector y = x.mul(sigma);
            y.mul(e.mul(sigma)).add(sigma).intoArray(slopes, i);
            y.intoArray(row, i);
        }
    }

    private static void absolute(float[] row, float[] to, int count) {
        for (int i = 0; i < count; i += VectorLanes.COUNT) {
            FloatVector.fromArray(VectorLanes.FLOATS, row, i).abs().intoArray(to, i);
        }
    }

    /** @param slopes e^2|x| becomes tanh'(x) = 1 - tanh²(x) */
    private static void tanh(float[] row, float[] slopes, int count) {
        for (int i = 0; i < count; i += VectorLanes.COUNT) {
            FloatVector x = FloatVector.fromArray(VectorLanes.FLOATS, row, i);
            FloatVector far = all(1f).sub(all(2f).div(
                            FloatVector.fromArray(VectorLanes.FLOATS, slopes, i).add(1f)));
            FloatVector z = x.mul(x);
            FloatVector near = all(TANH_11)
                    .fma(z, all(TANH_9))
                    .fma(z, all(TANH_7))
                    .fma(z, all(TANH_5))
                    .fma(z, all(TANH_3))
                    .mul(z)
                    .fma(x, x);
            VectorMask<Float> negative = x.compare(VectorOperators.LT, 0f);
            VectorMask<Float> small = x.abs().compare(VectorOperators.LT, SMALL);
            FloatVector y = far.lanewise(VectorOperators.NEG, negative).blend(near, small);
            y.intoArray(row, i);
            all(1f).sub(y.mul(y)).intoArray(slopes, i);
        }
    }

    private static void relu(float[] row, float[] slopes, int count) {
        for (int i = 0; i < count; i += VectorLanes.COUNT) {
            FloatVector x = FloatVector.fromArray(VectorLanes.FLOATS, row, i);
            x.max(0f).intoArray(row, i);
            all(0f).blend(1f, x.compare(VectorOperators.GT, 0f)).intoArray(slopes, i);
        }
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(VectorLanes.FLOATS, value);
    }
}
