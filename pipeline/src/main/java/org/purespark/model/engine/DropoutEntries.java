// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

/**
 * The number of an entry in its text's {@link org.purespark.random.DropoutMask}. All engines drop the same entries: but
 * for rounding, a training gives the same model on every engine.
 */
public final class DropoutEntries {
    /** Entries of the widest vector of a CPU: rows of attention start at multiples of it. */
    private static final int MULTIPLE = 16;

    private DropoutEntries() {}

    /** Numbers from one row of {@code length} attention probabilities to the next: the next multiple of 16. */
    public static int stride(int length) {
        return (length + MULTIPLE - 1) & -MULTIPLE;
    }

    /**
     * In {@link AttentionKernels#selfAttention}, the attention of token {@code query} to token {@code key}: it has
     * number (head·T + key)·T' + query, T' = {@link #stride} of T.
     *
     * @param tokens T
     */
    public static long ofAttention(int tokens, int head, int key, int query) {
        return ((long) head * tokens + key) * stride(tokens) + query;
    }

    /**
     * In {@link AttentionKernels#firstTokenAttention}, the attention of the first token to token {@code key}: it has
     * number key·A' + head, A' = {@link #stride} of A.
     *
     * @param heads A
     */
    public static long ofFirstToken(int heads, int key, int head) {
        return (long) key * stride(heads) + head;
    }

    /**
     * In {@link NormKernels} and {@link RowKernels}, entry {@code entry} of the row of token {@code token}:
     * it has number token·W + entry. The row of a first token, or of a text, is that of token 0.
     *
     * @param width W
     */
    public static long ofRow(int width, int token, int entry) {
        return (long) token * width + entry;
    }
}
