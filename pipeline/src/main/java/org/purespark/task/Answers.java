// SPDX-License-Identifier: Apache-2.0
package org.purespark.task;

import java.io.Serializable;
import java.util.Arrays;

/** The right answers for the texts of a batch, in its order. */
public sealed interface Answers extends Serializable {
    /** B. */
    int size();

    /** Whether a text has an answer. */
    boolean has(int text);

    /** What logit {@code c} of a text that has an answer should say; of a class 1, of the other classes 0. */
    float of(int text, int c);

    /** The answers of some texts, in the order of {@code texts}. */
    Answers of(int[] texts);

    /**
     * Classes.
     *
     * @param numbers [B] class of each text, 0 to C - 1, or {@link #NONE}
     */
    record Classes(int[] numbers) implements Answers {
        /** In place of a class: the text has no label. */
        public static final int NONE = -1;

        @Override
        public int size() {
            return numbers.length;
        }

        @Override
        public boolean has(int text) {
            return numbers[text] != NONE;
        }

        @Override
        public float of(int text, int c) {
            return numbers[text] == c ? 1 : 0;
        }

        @Override
        public Answers of(int[] texts) {
            return new Classes(Arrays.stream(texts).map(text -> numbers[text]).toArray());
        }
    }

    /**
     * What each logit should say.
     *
     * @param rows [B][C]; for labels 0 or 1, for a score the score; null for a text without label
     */
    record Rows(float[][] rows) implements Answers {
        @Override
        public int size() {
            return rows.length;
        }

        @Override
        public boolean has(int text) {
            return rows[text] != null;
        }

        @Override
        public float of(int text, int c) {
            return rows[text][c];
        }

        @Override
        public Rows of(int[] texts) {
            return new Rows(Arrays.stream(texts).mapToObj(text -> rows[text]).toArray(float[][]::new));
        }
    }

    /**
     * Scores, each with the group that it is ranked in.
     *
     * @param scores [B][1], null for a text without label
     * @param groups [B] number of each text's group; of a text without label it has no meaning
     */
    record Grouped(Rows scores, int[] groups) implements Answers {
        @Override
        public int size() {
            return scores.size();
        }

        @Override
        public boolean has(int text) {
            return scores.has(text);
        }

        @Override
        public float of(int text, int c) {
            return scores.of(text, c);
        }

        @Override
        public Answers of(int[] texts) {
            return new Grouped(
                    scores.of(texts),
                    Arrays.stream(texts).map(text -> groups[text]).toArray());
        }
    }
}
