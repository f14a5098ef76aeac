// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

/**
 * Which row of a table a distance of two tokens reads (Raffel and others, Exploring the Limits of Transfer Learning
 * with a Unified Text-to-Text Transformer, JMLR 2020, 2.1): half of the rows for keys after the query; of each half,
 * the first half for one distance each, the others for ranges that grow with the logarithm.
 */
public final class DistanceBuckets {
    /** Number of buckets. */
    public static final int COUNT = 32;

    private static final int HALF = COUNT / 2;
    /** Distances below have a bucket each. */
    private static final int EXACT = HALF / 2;
    /** From here on all distances have one bucket. */
    private static final int FAR = 128;

    /** Bucket of each distance below the last range, for keys that are not after the query. */
    private static final int[] NEAR = near();

    private DistanceBuckets() {}

    /**
     * The bucket of a distance, 0 to {@link #COUNT} - 1.
     *
     * @param distance token of the key minus token of the query
     */
    public static int of(int distance) {
        int apart = Math.abs(distance);
        return (distance > 0 ? HALF : 0) + (apart < FAR ? NEAR[apart] : HALF - 1);
    }

    private static int[] near() {
        int[] buckets = new int[FAR];
        for (int apart = 0; apart < FAR; apart++) {
            buckets[apart] = apart < EXACT ? apart : EXACT + steps(apart);
        }
        return buckets;
    }

    /** ⌊ln(n/8)/ln(128/8)·8⌋ in float32, as PyTorch computes it: rounding decides at the ends of a range. */
    private static int steps(int apart) {
        float share = (float) Math.log((float) apart / EXACT) / (float) Math.log((double) FAR / EXACT);
        return (int) (share * (HALF - EXACT));
    }
}
