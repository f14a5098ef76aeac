// SPDX-License-Identifier: Apache-2.0
package org.purespark.model.engine;

import java.util.Arrays;
import org.purespark.task.Answers;

/**
 * The texts of one run of the graph, one after the other: text b has rows start(b) to start(b + 1) - 1 of the N token
 * rows. The batch also has dropout keys, gates of the heads, answers and weights of the penalty.
 */
public final class TextBatch {
    private final int[] starts;
    private final long[] keys;
    private final Gates gates;
    private final Targets targets;
    private final int[] textOfRow;
    private final long[] squaresBefore;

    /**
     * Which heads are used.
     *
     * @param values [L][A]: 1, or 0 for a pruned head
     */
    public record Gates(float[][] values) {
        /** The gates with all heads used. */
        public static Gates open(int layers, int heads) {
            float[][] values = new float[layers][heads];
            for (float[] layer : values) {
                Arrays.fill(layer, 1f);
            }
            return new Gates(values);
        }
    }

    /**
     * The targets of a micro-batch in training.
     *
     * @param answers what the loss compares the logits of each text with
     * @param penaltyWeights [L][A] λ·c[l] for heads that are used, else 0
     */
    public record Targets(Answers answers, float[][] penaltyWeights) {
        /** For runs without a loss. */
        public static final Targets NONE = new Targets(new Answers.Classes(new int[0]), new float[0][]);
    }

    /**
     * @param starts [B + 1] first token row of each text, then N
     * @param keys [B] dropout keys
     * @throws IllegalArgumentException if there is not one key for each text
     */
    public TextBatch(int[] starts, long[] keys, Gates gates, Targets targets) {
        if (starts.length != keys.length + 1) {
            throw new IllegalArgumentException(keys.length + " dropout keys for " + (starts.length - 1) + " texts");
        }
        this.starts = starts;
        this.keys = keys;
        this.gates = gates;
        this.targets = targets;
        this.textOfRow = new int[starts[starts.length - 1]];
        this.squaresBefore = new long[starts.length];
        for (int b = 0; b + 1 < starts.length; b++) {
            Arrays.fill(textOfRow, starts[b], starts[b + 1], b);
            squaresBefore[b + 1] = squaresBefore[b] + (long) length(b) * length(b);
        }
    }

    /** B. */
    public int texts() {
        return keys.length;
    }

    /** N. */
    public int tokens() {
        return textOfRow.length;
    }

    /** First token row of text {@code text}. */
    public int start(int text) {
        return starts[text];
    }

    /** T of text {@code text}. */
    public int length(int text) {
        return starts[text + 1] - starts[text];
    }

    /** M: tokens of the longest text. */
    public int longest() {
        int longest = 0;
        for (int b = 0; b < texts(); b++) {
            longest = Math.max(longest, length(b));
        }
        return longest;
    }

    /** Dropout key of text {@code text}. */
    public long key(int text) {
        return keys[text];
    }

    /** The text that token row {@code row} belongs to. */
    public int textOfRow(int row) {
        return textOfRow[row];
    }

    /** Σ T² over the texts before {@code text}: the start of its T × T block in a packed array of such blocks. */
    public long squaresBefore(int text) {
        return squaresBefore[text];
    }

    /** Σ T² over all texts. */
    public long squares() {
        return squaresBefore[texts()];
    }

    /** Gates of a layer's heads [A]; the live array. */
    public float[] gates(int layer) {
        return gates.values()[layer];
    }

    /** What logit {@code c} of text {@code text} should say; of a class 1, of the other classes 0. */
    public float answer(int text, int c) {
        return targets.answers().of(text, c);
    }

    /** Weight of the penalty on a head. */
    public float penaltyWeight(int layer, int head) {
        return targets.penaltyWeights()[layer][head];
    }

    /** The kind of the rows of an array [R, …]. */
    public enum RowKind {
        /** One row for each token: R = N. */
        TOKEN,
        /** One row for each text, of its first token: R = B. */
        FIRST_TOKEN,
        /** Rows that all texts have in common, any number of them; their dropout is that of the first text. */
        COMMON
    }

    /** R of {@code TOKEN} or {@code FIRST_TOKEN}. */
    public int rows(RowKind kind) {
        return kind == RowKind.TOKEN ? tokens() : texts();
    }

    /** The text that row {@code row} belongs to. */
    public int textOf(RowKind kind, int row) {
        return switch (kind) {
            case TOKEN -> textOfRow[row];
            case FIRST_TOKEN -> row;
            case COMMON -> 0;
        };
    }

    /** The index in its text of the token of row {@code row}. */
    public int tokenOf(RowKind kind, int row) {
        return switch (kind) {
            case TOKEN -> row - starts[textOfRow[row]];
            case FIRST_TOKEN -> 0;
            case COMMON -> row;
        };
    }
}
