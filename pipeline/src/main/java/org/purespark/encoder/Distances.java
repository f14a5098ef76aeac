// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

/**
 * Which learned vector belongs to a distance, query's position minus key's position. There are 2·span vectors; that of
 * distance 0 is row {@code span}. Near distances have a vector each; where there are buckets, farther ones share
 * vectors, the more the farther they are, on a logarithmic scale.
 *
 * @param span half the number of vectors; at least 1
 * @param most the distance that the last bucket ends with, as in the family's configuration; 0: each distance has a
 *     vector of its own, up to the span
 */
public record Distances(int span, int most) implements DistanceTable {
    public Distances {
        if (span < 1 || most < 0) {
            throw new IllegalArgumentException("distances with span " + span + " up to " + most);
        }
    }

    /** Number of vectors. */
    @Override
    public int rows() {
        return 2 * span;
    }

    /** The row of the vector of {@code distance}, 0 to 2·span - 1. */
    @Override
    public int row(int distance) {
        return Math.min(Math.max(bucket(distance) + span, 0), rows() - 1);
    }

    /**
     * Distances up to span/2 are their own bucket; then ⌈ln(d/m)/ln((most - 1)/m)·(m - 1)⌉ + m with m = span/2. It is
     * float32 arithmetic, as in transformers, so that distances at the edge of a bucket fall to the same side.
     */
    private int bucket(int distance) {
        int middle = span / 2;
        int far = Math.abs(distance);
        if (most == 0 || far <= middle) {
            return distance;
        }
        float share = (float) Math.log((float) far / middle) / (float) Math.log((float) (most - 1) / middle);
        int bucket = (int) Math.ceil(share * (middle - 1)) + middle;
        return distance < 0 ? -bucket : bucket;
    }
}
