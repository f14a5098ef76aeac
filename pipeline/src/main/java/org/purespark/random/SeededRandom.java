// SPDX-License-Identifier: Apache-2.0
package org.purespark.random;

/**
 * The project's one source of randomness: a stream of numbers that depends only on its keys, not on a thread, a machine
 * or earlier numbers. SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014),
 * with a state that is mixed from the keys.
 */
public final class SeededRandom {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    /** The purpose of a stream: streams of different purposes are independent under one seed. */
    public enum Purpose {
        SHUFFLE,
        DROPOUT,
        CLASSIFIER,
        HOLD_OUT,
        TRAIN_SHARE,
        POISON,
        CORPUS,
        PROBE,
        NEW_LAYERS,
        MIXTURE,
        VET,
        HEAD_SCORES,
        DROPOUT_SAMPLES,
        HEAD_POLICY,
        TEST_WEIGHTS
    }

    private long state;

    private SeededRandom(long state) {
        this.state = state;
    }

    /** The stream of these keys; order and number of the keys matter. */
    public static SeededRandom of(long seed, Purpose purpose, long... keys) {
        long state = mix(seed + GOLDEN_GAMMA);
        state = mix(state ^ mix(purpose.name().hashCode() + GOLDEN_GAMMA));
        for (long key : keys) {
            state = mix(state * 31 + mix(key + GOLDEN_GAMMA));
        }
        return new SeededRandom(state);
    }

    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** Uniform in [0, 1), 53 bits. */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Uniform in 0 to {@code bound} - 1, without bias. */
    public int nextInt(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound " + bound + " must be positive");
        }
        long threshold = Long.remainderUnsigned(-bound, bound);
        while (true) {
            long bits = nextLong() >>> 1;
            if (bits >= threshold) {
                return (int) (bits % bound);
            }
        }
    }

    /** Standard normal, by Box and Muller's polar-free form (two uniforms a draw). */
    public double nextGaussian() {
        double u = 1.0 - nextDouble();
        double v = nextDouble();
        return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
    }

    /** Puts the entries in a uniformly random order (Fisher and Yates). */
    public void shuffle(int[] values) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = nextInt(i + 1);
            int swap = values[i];
            values[i] = values[j];
            values[j] = swap;
        }
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
