// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * e^x and gelu in float32, vector by vector.
 *
 * <p>Each method is a whole loop, and too long for Java's compiler to inline (325 bytes of bytecode): it compiles about
 * forty vector operations at a time well; it boxes the vectors of longer sequences, which is ten times slower.
 */
final class ErrorFunction {
    private static final float LOG2_E = 1.442695040f;
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    private static final float INVERSE_SQRT_2PI = 0.3989422804f;

    private static final float EXP_0 = 5.0000001201e-1f;
    private static final float EXP_1 = 1.6666665459e-1f;
    private static final float EXP_2 = 4.1665795894e-2f;
    private static final float EXP_3 = 8.3334519073e-3f;
    private static final float EXP_4 = 1.3981999507e-3f;
    private static final float EXP_5 = 1.9875691500e-4f;

    private static final float P_0 = 0.39894223f;
    private static final float P_1 = 0.033852775f;
    private static final float P_2 = 0.004677269f;
    private static final float P_3 = 0.00016882703f;
    private static final float P_4 = 6.352131e-06f;
    private static final float P_5 = 2.2749331e-08f;

    private static final float Q_1 = 0.25152224f;
    private static final float Q_2 = 0.028645946f;
    private static final float Q_3 = 0.0018844525f;
    private static final float Q_4 = 7.3647956e-05f;
    private static final float Q_5 = 1.1975039e-06f;

    /** 1 - Φ(5.5) = 2e-8 is less than the distance of 1 from the next float32. */
    private static final float LARGEST = 5.5f;

    /** e^-80 = 2e-35 is nothing beside 1, and far enough from the denormal numbers, with which CPUs are slow. */
    private static final float LOWEST = -80f;

    private static final float HIGHEST = 88f;

    /** 1.5·2^23: adding it rounds to an integer, which is then in the low bits. */
    private static final float ROUND = 12582912f;

    private static final int ONE_BITS = Float.floatToRawIntBits(1f);
    private static final int EXPONENT_SHIFT = 23;

    private ErrorFunction() {}

    /**
     * Turns each entry x of {@code row[from .. from + count)} into e^y, y = (x - shift)·scale: within 2 units in the
     * last place for y in [-80, 88]; y outside is replaced by the nearest bound. NaN stays.
     */
    static void exp(float[] row, int from, int count, float shift, float scale) {
        int i = from;
        for (; i + VectorLanes.COUNT <= from + count; i += VectorLanes.COUNT) {
            FloatVector y = FloatVector.fromArray(VectorLanes.FLOATS, row, i)
                    .sub(shift)
                    .mul(scale)
                    .max(LOWEST)
                    .min(HIGHEST);
            FloatVector shifted = y.fma(all(LOG2_E), all(ROUND));
            FloatVector n = shifted.sub(ROUND);
            FloatVector r = n.fma(all(-LN2_LOW), n.fma(all(-LN2_HIGH), y));
            // Minimax polynomial of e^r on [-ln 2 / 2, ln 2 / 2] (Moshier, Cephes: expf).
            FloatVector p = all(EXP_5)
                    .fma(r, all(EXP_4))
                    .fma(r, all(EXP_3))
                    .fma(r, all(EXP_2))
                    .fma(r, all(EXP_1))
                    .fma(r, all(EXP_0));
            p = p.mul(r).fma(r, r).add(1f);
            IntVector power = shifted.reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
                    .add(ONE_BITS);
            p.mul(power.reinterpretAsFloats()).intoArray(row, i);
        }
        for (; i < from + count; i++) {
            float y = Math.min(Math.max((row[i] - shift) * scale, LOWEST), HIGHEST);
            float shifted = Math.fma(y, LOG2_E, ROUND);
            float n = shifted - ROUND;
            float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, y));
            float p = Math.fma(EXP_5, r, EXP_4);
            p = Math.fma(p, r, EXP_3);
            p = Math.fma(p, r, EXP_2);
            p = Math.fma(p, r, EXP_1);
            p = Math.fma(p, r, EXP_0);
            p = Math.fma(p * r, r, r) + 1f;
            row[i] = p * Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << EXPONENT_SHIFT) + ONE_BITS);
        }
    }

    /**
     * gelu(x) = x·Φ(x) of x = h + bias, with Φ(x) = 1/2 + x·P(x²)/Q(x²) within 2e-7 absolute: a minimax fit of degrees
     * 5 and 5 on [-{@value #LARGEST}, {@value #LARGEST}], and outside the value at the nearest end. Works on whole
     * vectors.
     *
     * @param h becomes gelu(x)
     * @param cumulative takes Φ(x)
     */
    static void gelu(float[] h, float[] bias, float[] cumulative, int count) {
        for (int i = 0; i < count; i += VectorLanes.COUNT) {
            FloatVector x = FloatVector.fromArray(VectorLanes.FLOATS, h, i)
                    .add(FloatVector.fromArray(VectorLanes.FLOATS, bias, i));
            FloatVector near = x.max(-LARGEST).min(LARGEST);
            FloatVector t = near.mul(near);
            FloatVector p = all(P_5).fma(t, all(P_4))
                    .fma(t, all(P_3))
                    .fma(t, all(P_2))
                    .fma(t, all(P_1))
                    .fma(t, all(P_0));
            FloatVector q = all(Q_5).fma(t, all(Q_4))
                    .fma(t, all(Q_3))
                    .fma(t, all(Q_2))
                    .fma(t, all(Q_1))
                    .fma(t, all(1f));
            FloatVector phi = near.mul(p).div(q).add(0.5f);
            phi.intoArray(cumulative, i);
            x.mul(phi).intoArray(h, i);
        }
    }

    /**
     * slopes[i] = x·φ(x) of x = h + bias, φ(x) = e^(-x²/2) / √(2π): the second part of the derivative of gelu, besides
     * Φ.
     */
    static void density(float[] h, float[] bias, float[] slopes, int count) {
        for (int i = 0; i < count; i += VectorLanes.COUNT) {
            FloatVector x = FloatVector.fromArray(VectorLanes.FLOATS, h, i)
                    .add(FloatVector.fromArray(VectorLanes.FLOATS, bias, i));
            x.mul(x).intoArray(slopes, i);
        }
        exp(slopes, 0, VectorLanes.padded(count), 0f, -0.5f);
        for (int i = 0; i < count; i += VectorLanes.COUNT) {
            FloatVector.fromArray(VectorLanes.FLOATS, h, i)
                    .add(FloatVector.fromArray(VectorLanes.FLOATS, bias, i))
                    .mul(INVERSE_SQRT_2PI)
                    .mul(FloatVector.fromArray(VectorLanes.FLOATS, slopes, i))
                    .intoArray(slopes, i);
        }
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(VectorLanes.FLOATS, value);
    }
}
