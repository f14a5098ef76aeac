package org.purespark.model.ops;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** e^x, Φ(x) and φ(x) in float32, lane by lane. */
final class ErrorFunction {
    private static final float LOG2_E = 1.442695040f;
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    private static final float INVERSE_SQRT_2PI = 0.3989422804f;
    private static final float INVERSE_SQRT_2 = 0.70710678f;

    /** Below it e^x would be denormal; 2^-126 = e^-87.34. */
    private static final float LOWEST = -87.3f;

    private static final float HIGHEST = 88f;

    /** 1.5·2^23: adding it rounds to an integer, which then stands in the low bits. */
    private static final float ROUND = 12582912f;

    private static final int ONE_BITS = Float.floatToRawIntBits(1f);
    private static final int EXPONENT_SHIFT = 23;

    private ErrorFunction() {}

    /** e^x within 2 units in the last place for x in [-87.3, 88]; x beyond is taken as the nearest of them. NaN is kept. */
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(LOWEST).min(HIGHEST);
        FloatVector shifted = bounded.fma(all(LOG2_E), all(ROUND));
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(all(-LN2_HIGH), bounded);
        r = n.fma(all(-LN2_LOW), r);
        // Minimax polynomial of e^r on [-ln 2 / 2, ln 2 / 2] (Moshier, Cephes: expf).
        FloatVector p = all(1.9875691500e-4f);
        p = p.fma(r, all(1.3981999507e-3f));
        p = p.fma(r, all(8.3334519073e-3f));
        p = p.fma(r, all(4.1665795894e-2f));
        p = p.fma(r, all(1.6666665459e-1f));
        p = p.fma(r, all(5.0000001201e-1f));
        p = p.mul(r).fma(r, r).add(1f);
        IntVector power = shifted.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, EXPONENT_SHIFT)
                .add(ONE_BITS);
        return p.mul(power.reinterpretAsFloats());
    }

    /** φ(x) = e^(-x²/2) / √(2π), given e^(-x²/2). */
    static FloatVector density(FloatVector expHalfSquare) {
        return expHalfSquare.mul(INVERSE_SQRT_2PI);
    }

    /**
     * Φ(x) = (1 + erf(x/√2)) / 2, within 1e-7 absolute: Abramowitz and Stegun, formula 7.1.26.
     *
     * @param expHalfSquare e^(-x²/2)
     */
    static FloatVector cumulative(FloatVector x, FloatVector expHalfSquare) {
        FloatVector z = x.abs().mul(INVERSE_SQRT_2);
        FloatVector t = all(1f).div(z.fma(all(0.3275911f), all(1f)));
        FloatVector series = all(1.061405429f);
        series = series.fma(t, all(-1.453152027f));
        series = series.fma(t, all(1.421413741f));
        series = series.fma(t, all(-0.284496736f));
        series = series.fma(t, all(0.254829592f));
        FloatVector tail = series.mul(t).mul(expHalfSquare).mul(0.5f);
        return tail.blend(all(1f).sub(tail), x.compare(VectorOperators.GE, 0f));
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(Lanes.FLOATS, value);
    }
}
