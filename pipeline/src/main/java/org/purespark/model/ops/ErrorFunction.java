package org.purespark.model.ops;

/** e^x, Φ(x) and φ(x) in float32. */
final class ErrorFunction {
    private static final float LOG2_E = 1.442695040f;
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    private static final float INVERSE_SQRT_2PI = 0.3989422804f;

    private ErrorFunction() {}

    /** e^x within 2 units in the last place for x in [-87, 88]; 0 below, as the result would be denormal. */
    static float exp(float x) {
        if (x < -87f) {
            return 0f;
        }
        if (x > 88f) {
            return (float) Math.exp(x);
        }
        float scaled = x * LOG2_E;
        int n = (int) (scaled + (scaled < 0 ? -0.5f : 0.5f));
        float r = x - n * LN2_HIGH - n * LN2_LOW;
        // Minimax polynomial of e^r on [-ln 2 / 2, ln 2 / 2] (Moshier, Cephes: expf).
        float p = 1.9875691500e-4f;
        p = p * r + 1.3981999507e-3f;
        p = p * r + 8.3334519073e-3f;
        p = p * r + 4.1665795894e-2f;
        p = p * r + 1.6666665459e-1f;
        p = p * r + 5.0000001201e-1f;
        float value = p * r * r + r + 1f;
        return value * Float.intBitsToFloat((n + 127) << 23);
    }

    /** φ(x) = e^(-x²/2) / √(2π), given e^(-x²/2). */
    static float density(float expHalfSquare) {
        return INVERSE_SQRT_2PI * expHalfSquare;
    }

    /**
     * Φ(x) = (1 + erf(x/√2)) / 2, within 1e-7 absolute: Abramowitz and Stegun, formula 7.1.26.
     *
     * @param expHalfSquare e^(-x²/2)
     */
    static float cumulative(float x, float expHalfSquare) {
        float z = Math.abs(x) * 0.70710678f;
        float t = 1f / (1f + 0.3275911f * z);
        float tail = ((((1.061405429f * t - 1.453152027f) * t + 1.421413741f) * t - 0.284496736f) * t + 0.254829592f)
                * t
                * expHalfSquare
                * 0.5f;
        return x >= 0 ? 1f - tail : tail;
    }
}
