// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.util.Arrays;
import org.purespark.model.engine.DistanceBuckets;

/**
 * Scores of one head for each distance of two of a text's T tokens, or their gradients. They lie in the order of query
 * minus key, so that a row of a [T, Q] block, one key with Q queries, takes a range of them: whole rows are added,
 * and only 2T - 1 entries are looked up in a table.
 */
final class BucketScores {
    private final int tokens;
    private final float[] scores; // [2T - 1], query minus key + T - 1

    BucketScores(Scratch scratch, int tokens) {
        this.tokens = tokens;
        this.scores = scratch.floats(2 * tokens - 1);
    }

    /** Takes the head's column of a table [R, A]. */
    BucketScores read(float[] table, int heads, int head) {
        for (int i = 0; i < 2 * tokens - 1; i++) {
            scores[i] = table[DistanceBuckets.of(tokens - 1 - i) * heads + head];
        }
        return this;
    }

    /** Adds each pair's score to a block [T, Q] of the queries from {@code first} on, one row a key. */
    void addTo(float[] block, int stride, int first, int count) {
        for (int j = 0; j < tokens; j++) {
            Sums.add(block, j * stride, scores, tokens - 1 - j + first, count);
        }
    }

    /** Becomes zero. */
    void clear() {
        Arrays.fill(scores, 0, 2 * tokens - 1, 0f);
    }

    /** Adds the entries of a block [T, Q] of the queries from {@code first} on, by distance. */
    void add(float[] block, int stride, int first, int count) {
        for (int j = 0; j < tokens; j++) {
            Sums.add(scores, tokens - 1 - j + first, block, j * stride, count);
        }
    }

    /** Adds the sums by distance, times a factor, to the head's column of a table [R, A]. */
    void writeTo(float[] table, int heads, int head, float factor) {
        for (int i = 0; i < 2 * tokens - 1; i++) {
            table[DistanceBuckets.of(tokens - 1 - i) * heads + head] += scores[i] * factor;
        }
    }
}
