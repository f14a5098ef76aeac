package org.purespark.model.ops;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * e^x and gelu in float32, vector by vector and entry by entry in what remains of a row: the same bits either way.
 *
 * <p>Each method is a whole loop, and too long for Java's compiler to inline (325 bytes of bytecode): it compiles some forty
 * vector operations at a time well, and boxes the vectors of longer sequences, which is ten times slower.
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

    /** p/√2. */
    private static final float ERF_P = 0.3275911f * 0.70710678f;

    private static final float ERF_1 = 0.254829592f;
    private static final float ERF_2 = -0.284496736f;
    private static final float ERF_3 = 1.421413741f;
    private static final float ERF_4 = -1.453152027f;
    private static final float ERF_5 = 1.061405429f;

    /** e^-80 = 2e-35 is nothing beside 1, and far enough from the denormal numbers, which CPUs are slow with. */
    private static final float LOWEST = -80f;

    private static final float HIGHEST = 88f;

    /** 1.5·2^23: adding it rounds to an integer, which then stands in the low bits. */
    private static final float ROUND = 12582912f;

    private static final int ONE_BITS = Float.floatToRawIntBits(1f);
    private static final int SIGN_BIT = Integer.MIN_VALUE;
    private static final int EXPONENT_SHIFT = 23;

    private ErrorFunction() {}

    /**
     * Turns each entry x of {@code row[from .. from + count)} into e^y, y = (x - shift)·scale: within 2 units in the last
     * place for y in [-80, 88]; y beyond is taken as the nearest of them. NaN is kept.
     */
    static void exp(float[] row, int from, int count, float shift, float scale) {
        int i = from;
        for (; i + Lanes.COUNT <= from + count; i += Lanes.COUNT) {
            FloatVector y = FloatVector.fromArray(Lanes.FLOATS, row, i)
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
     * gelu(x) = x·Φ(x) and its derivative Φ(x) + x·φ(x), where Φ(x) = (1 + erf(x/√2)) / 2 is within 1e-7 absolute:
     * Abramowitz and Stegun, formula 7.1.26; φ(x) = e^(-x²/2) / √(2π).
     *
     * @param row x, becomes gelu(x)
     * @param slopes e^(-x²/2), become the derivative
     */
    static void gelu(float[] row, float[] slopes, int count) {
        int i = 0;
        for (; i + Lanes.COUNT <= count; i += Lanes.COUNT) {
            FloatVector x = FloatVector.fromArray(Lanes.FLOATS, row, i);
            FloatVector e = FloatVector.fromArray(Lanes.FLOATS, slopes, i);
            FloatVector t = all(1f).div(x.abs().fma(all(ERF_P), all(1f)));
            FloatVector series = all(ERF_5)
                    .fma(t, all(ERF_4))
                    .fma(t, all(ERF_3))
                    .fma(t, all(ERF_2))
                    .fma(t, all(ERF_1));
            FloatVector fromHalf = all(0.5f).sub(series.mul(t).mul(e).mul(0.5f));
            // x's sign is put on it by its bits.
            FloatVector cumulative = fromHalf.reinterpretAsInts()
                    .lanewise(VectorOperators.XOR, x.reinterpretAsInts().lanewise(VectorOperators.AND, SIGN_BIT))
                    .reinterpretAsFloats()
                    .add(0.5f);
            x.mul(cumulative).intoArray(row, i);
            x.mul(INVERSE_SQRT_2PI).fma(e, cumulative).intoArray(slopes, i);
        }
        for (; i < count; i++) {
            float x = row[i];
            float e = slopes[i];
            float t = 1f / Math.fma(Math.abs(x), ERF_P, 1f);
            float series = Math.fma(ERF_5, t, ERF_4);
            series = Math.fma(series, t, ERF_3);
            series = Math.fma(series, t, ERF_2);
            series = Math.fma(series, t, ERF_1);
            float cumulative = 0.5f + Math.copySign(0.5f - series * t * e * 0.5f, x);
            row[i] = x * cumulative;
            slopes[i] = Math.fma(x * INVERSE_SQRT_2PI, e, cumulative);
        }
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(Lanes.FLOATS, value);
    }
}
