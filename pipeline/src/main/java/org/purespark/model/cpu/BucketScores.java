// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.cpu;

import java.util.Arrays;
import org.purespark.model.engine.DistanceBuckets;

/**
 * Scores of one head for each distance of two of a text's T tokens, or their gradients. They lie in the order of query
 * minus key, so that a row of a [T, T] block, one key with all queries, takes a range of them: whole rows are added,
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

    /** Adds each pair's score to a block [T, T], one row a key. */
    void addTo(float[] block, int stride) {
        for (int j = 0; j < tokens; j++) {
            Sums.add(block, j * stride, scores, tokens - 1 - j, tokens);
        }
    }

    /** Becomes the sums of a block's entries [T, T] by distance, times a factor. */
    void sum(float[] block, int stride, float factor) {
        Arrays.fill(scores, 0, 2 * tokens - 1, 0f);
        for (int j = 0; j < tokens; j++) {
            Sums.add(scores, tokens - 1 - j, block, j * stride, tokens);
        }
        for (int i = 0; i < 2 * tokens - 1; i++) {
            scores[i] *= factor;
        }
    }

    /** Adds the sums by distance to the head's column of a table [R, A]. */
    void writeTo(float[] table, int heads, int head) {
        for (int i = 0; i < 2 * tokens - 1; i++) {
            table[DistanceBuckets.of(tokens - 1 - i) * heads + head] += scores[i];
        }
    }
}
