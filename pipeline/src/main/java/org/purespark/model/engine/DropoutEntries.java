package org.purespark.model.engine;

/**
 * The number that an entry has in its text's {@link org.purespark.random.DropoutMask}. All engines drop the same
 * entries: a training gives the same model on each engine, except for rounding.
 */
public final class DropoutEntries {
    /** A row of attention takes a multiple of this many numbers: whole vectors of every CPU's width. */
    private static final int MULTIPLE = 16;

    private DropoutEntries() {}

    /** How many numbers a row of {@code length} attention probabilities takes: the next multiple of 16. */
    public static int stride(int length) {
        return (length + MULTIPLE - 1) & -MULTIPLE;
    }

    /**
     * {@link AttentionKernels#selfAttention}: the attention of token {@code query} to token {@code key} in
     * {@code head}. It is (head·T + key)·T' + query, T' = {@link #stride} of T.
     *
     * @param tokens T
     */
    public static long ofAttention(int tokens, int head, int key, int query) {
        return ((long) head * tokens + key) * stride(tokens) + query;
    }

    /**
     * {@link AttentionKernels#firstTokenAttention}: the attention of the first token to token {@code key} in
     * {@code head}. It is key·A' + head, A' = {@link #stride} of A.
     *
     * @param heads A
     */
    public static long ofFirstToken(int heads, int key, int head) {
        return (long) key * stride(heads) + head;
    }

    /**
     * {@link NormKernels} and {@link RowKernels#textDropout}: entry {@code entry} of the row of token {@code token},
     * which is token·W + entry. A row of a first token, or of a text, is token 0.
     *
     * @param width W
     */
    public static long ofRow(int width, int token, int entry) {
        return (long) token * width + entry;
    }
}
