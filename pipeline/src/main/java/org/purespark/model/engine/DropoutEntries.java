package org.purespark.model.engine;

/**
<<<<<<< HEAD
 * The number that an entry has in its text's {@link org.purespark.random.DropoutMask}. All engines drop the same
 * entries: a training gives the same model on each engine, except for rounding.
 */
public final class DropoutEntries {
    /** A row of attention takes a multiple of this many numbers: whole vectors of every CPU's width. */
=======
 * The number of an entry in its text's {@link org.purespark.random.DropoutMask}. All engines drop the same entries: but
 * for rounding, a training gives the same model on every engine.
 */
public final class DropoutEntries {
    /** Entries of the widest vector of a CPU: rows of attention start at multiples of it. */
>>>>>>> c80ebfd315240bf71f4ac66c8f344918a4661e8d
    private static final int MULTIPLE = 16;

    private DropoutEntries() {}

<<<<<<< HEAD
    /** How many numbers a row of {@code length} attention probabilities takes: the next multiple of 16. */
=======
    /** Numbers from one row of {@code length} attention probabilities to the next: the next multiple of 16. */
>>>>>>> c80ebfd315240bf71f4ac66c8f344918a4661e8d
    public static int stride(int length) {
        return (length + MULTIPLE - 1) & -MULTIPLE;
    }

    /**
<<<<<<< HEAD
     * {@link AttentionKernels#selfAttention}: the attention of token {@code query} to token {@code key} in
     * {@code head}. It is (head·T + key)·T' + query, T' = {@link #stride} of T.
=======
     * In {@link AttentionKernels#selfAttention}, the attention of token {@code query} to token {@code key}: it has number
     * (head·T + key)·T' + query, T' = {@link #stride} of T.
>>>>>>> c80ebfd315240bf71f4ac66c8f344918a4661e8d
     *
     * @param tokens T
     */
    public static long ofAttention(int tokens, int head, int key, int query) {
        return ((long) head * tokens + key) * stride(tokens) + query;
    }

    /**
<<<<<<< HEAD
     * {@link AttentionKernels#firstTokenAttention}: the attention of the first token to token {@code key} in
     * {@code head}. It is key·A' + head, A' = {@link #stride} of A.
=======
     * In {@link AttentionKernels#firstTokenAttention}, the attention of the first token to token {@code key}: it has
     * number key·A' + head, A' = {@link #stride} of A.
>>>>>>> c80ebfd315240bf71f4ac66c8f344918a4661e8d
     *
     * @param heads A
     */
    public static long ofFirstToken(int heads, int key, int head) {
        return (long) key * stride(heads) + head;
    }

    /**
<<<<<<< HEAD
     * {@link NormKernels} and {@link RowKernels#textDropout}: entry {@code entry} of the row of token {@code token},
     * which is token·W + entry. A row of a first token, or of a text, is token 0.
=======
     * In {@link NormKernels} and {@link RowKernels#textDropout}, entry {@code entry} of the row of token {@code token}: it
     * has number token·W + entry. The row of a first token, or of a text, is that of token 0.
>>>>>>> c80ebfd315240bf71f4ac66c8f344918a4661e8d
     *
     * @param width W
     */
    public static long ofRow(int width, int token, int entry) {
        return (long) token * width + entry;
    }
}
