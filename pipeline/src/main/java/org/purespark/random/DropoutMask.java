// SPDX-License-Identifier: Apache-2.0
package org.purespark.random;

import java.util.stream.LongStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Inverted dropout as a function of (seed, epoch, text, site, entry): every thread, task and machine drops the same
 * entries. An entry's 32 bits come from a counter-based hash of its place in the text's own array, so forward and
 * backward pass make the same mask without storing it.
 */
public final class DropoutMask {
    /** The key that keeps every entry, as in evaluation. */
    public static final long KEEP_ALL = 0;

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final long FIRST_FACTOR = 0xBF58476D1CE4E5B9L;
    private static final long SECOND_FACTOR = 0x94D049BB133111EBL;

    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;

    /** The counter's steps from a vector's first word to each of its words. */
    private static final long[] LANE_STEPS =
            LongStream.range(0, LONGS.length()).map(lane -> lane * GOLDEN_GAMMA).toArray();

    private final long base;
    private final int threshold;
    private final float scale;

    private DropoutMask(long base, int threshold, float scale) {
        this.base = base;
        this.threshold = threshold;
        this.scale = scale;
    }

    /**
     * A text's key for one epoch, never {@link #KEEP_ALL}.
     *
     * @param text the text's index in its split
     */
    public static long key(long seed, int epoch, int text) {
        return key(SeededRandom.of(seed, SeededRandom.Purpose.DROPOUT, epoch, text));
    }

    /** A key of the stream's next number, never {@link #KEEP_ALL}. */
    static long key(SeededRandom random) {
        long key = random.nextLong();
        return key == KEEP_ALL ? 1 : key;
    }

    /**
     * The mask of one text at one place of the graph.
     *
     * @param key from {@link #key}, or {@link #KEEP_ALL}
     * @param site number of the dropout layer in the graph
     * @param rate share of entries that become zero, [0, 1); the others are multiplied by 1 / (1 - rate)
     * @return null where nothing is dropped
     */
    public static DropoutMask of(long key, int site, double rate) {
        if (key == KEEP_ALL || rate == 0) {
            return null;
        }
        return new DropoutMask(mix(key ^ mix(site + GOLDEN_GAMMA)), threshold(rate), scale(rate));
    }

    /** Entries whose upper 31 bits are below this limit are kept. */
    public static int threshold(double rate) {
        return (int) Math.min(Integer.MAX_VALUE, Math.round((1 - rate) * 0x1.0p31));
    }

    /** What kept entries are multiplied by: 1 / (1 - rate). */
    public static float scale(double rate) {
        return (float) (1 / (1 - rate));
    }

    /**
     * Multiplies {@code values[from .. from + count)}, which are entries {@code first ..} of the text's array. All in
     * one method: Java's compiler boxes vectors that are passed to a method which it does not inline.
     */
    public void apply(long first, float[] values, int from, int count) {
        int i = 0;
        if ((first & 1) != 0 && count > 0) {
            values[from] *= factor(first);
            i = 1;
        }
        int lanes = FLOATS.length();
        LongVector steps = LongVector.fromArray(LONGS, LANE_STEPS, 0);
        for (; i + lanes <= count; i += lanes) {
            // mix(counter); a word holds the bits of two entries, the lower half those of the even one.
            LongVector z = steps.add(base + ((first + i) >>> 1) * GOLDEN_GAMMA);
            z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 30))
                    .mul(FIRST_FACTOR);
            z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 27))
                    .mul(SECOND_FACTOR);
            z = z.lanewise(VectorOperators.XOR, z.lanewise(VectorOperators.LSHR, 31));
            // The difference is negative where the entry is kept; its sign becomes all of the entry's bits.
            IntVector kept = z.reinterpretAsInts()
                    .lanewise(VectorOperators.LSHR, 1)
                    .sub(threshold)
                    .lanewise(VectorOperators.ASHR, Integer.SIZE - 1);
            FloatVector.fromArray(FLOATS, values, from + i)
                    .mul(scale)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.AND, kept)
                    .reinterpretAsFloats()
                    .intoArray(values, from + i);
        }
        for (; i + 1 < count; i += 2) {
            long bits = mix(base + ((first + i) >>> 1) * GOLDEN_GAMMA);
            values[from + i] *= ((int) bits >>> 1) < threshold ? scale : 0f;
            values[from + i + 1] *= ((int) (bits >>> 32) >>> 1) < threshold ? scale : 0f;
        }
        if (i < count) {
            values[from + i] *= factor(first + i);
        }
    }

    /** The factor of entry {@code index}: 0 or 1 / (1 - rate). */
    public float factor(long index) {
        long bits = mix(base + (index >>> 1) * GOLDEN_GAMMA);
        int lane = (int) ((index & 1) == 0 ? bits : bits >>> 32);
        return (lane >>> 1) < threshold ? scale : 0f;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * FIRST_FACTOR;
        z = (z ^ (z >>> 27)) * SECOND_FACTOR;
        return z ^ (z >>> 31);
    }
}
