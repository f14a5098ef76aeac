package org.purespark.train;

import org.purespark.model.ParameterLayout;

/**
 * How the parameters with dense gradients are divided among the N tasks of a training: each owns one range, sums its
 * gradients and updates it. The word embedding is owned by all.
 *
 * @param start first parameter with a dense gradient
 * @param end behind the last one: P
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

    /** Behind the last parameter of task {@code rank}. */
    public int to(int rank) {
        return from(rank + 1);
    }

    /** Parameters of task {@code rank}. */
    public int length(int rank) {
        return to(rank) - from(rank);
    }

    /** Bytes of its gradients, or of its parameters. */
    public long bytes(int rank) {
        return (long) Float.BYTES * length(rank);
    }
}
