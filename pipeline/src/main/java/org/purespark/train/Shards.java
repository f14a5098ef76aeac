// SPDX-License-Identifier: Apache-2.0
package org.purespark.train;

import org.purespark.model.ParameterLayout;

/**
 * Divides the parameters with dense gradients among the N tasks of a training: each task owns one range, sums its
 * gradients and updates it. All tasks own the word embedding.
 *
 * @param start first parameter with a dense gradient
 * @param end after the last one: P
 * @param tasks N, at least 1
 */
public record Shards(int start, int end, int tasks) {
    public static Shards of(ParameterLayout layout, int tasks) {
        return new Shards(layout.denseStart(), layout.size(), tasks);
    }

    /** First parameter of task {@code rank}; for N the end. */
    public int from(int rank) {
        return start + (int) ((long) (end - start) * rank / tasks);
    }

    /** The end of the range of task {@code rank}, after its last parameter. */
    public int to(int rank) {
        return from(rank + 1);
    }

    /** Number of parameters of task {@code rank}. */
    public int length(int rank) {
        return to(rank) - from(rank);
    }

    /** Bytes of the gradients, or of the parameters, of task {@code rank}. */
    public long bytes(int rank) {
        return (long) Float.BYTES * length(rank);
    }
}
