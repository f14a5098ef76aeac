package org.purespark.model.ops;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Where each text of a packed batch lies: text b has rows start(b) to start(b + 1) - 1 of the N token rows. */
final class Texts {
    private final int[] starts;
    private final long[] keys;
    private final int[] textOfRow;
    private final long[] squaresBefore;

    private Texts(int[] starts, long[] keys) {
        this.starts = starts;
        this.keys = keys;
        this.textOfRow = new int[starts[starts.length - 1]];
        this.squaresBefore = new long[starts.length];
        for (int b = 0; b + 1 < starts.length; b++) {
            java.util.Arrays.fill(textOfRow, starts[b], starts[b + 1], b);
            squaresBefore[b + 1] = squaresBefore[b] + (long) length(b) * length(b);
        }
    }

    /**
     * @param starts INT32 [B + 1], first token row of each text, then N
     * @param keys INT64 [B], dropout keys
     */
    static Texts of(INDArray starts, INDArray keys) {
        return new Texts(starts.toIntVector(), keys.toLongVector());
    }

    int count() {
        return keys.length;
    }

    int start(int text) {
        return starts[text];
    }

    int length(int text) {
        return starts[text + 1] - starts[text];
    }

    long key(int text) {
        return keys[text];
    }

    /** The text that token row {@code row} belongs to. */
    int ofRow(int row) {
        return textOfRow[row];
    }

    /** Σ T², over the texts before {@code text}: where its T × T block starts in a packed array of such blocks. */
    long squaresBefore(int text) {
        return squaresBefore[text];
    }

    long squares() {
        return squaresBefore(count());
    }
}
