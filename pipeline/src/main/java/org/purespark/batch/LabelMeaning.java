// SPDX-License-Identifier: Apache-2.0
package org.purespark.batch;

import java.io.Serializable;
import org.purespark.task.Answers;

/** What the label numbers of a split stand for; {@link EncodedSplit#NO_LABEL} is no label in each. */
public sealed interface LabelMeaning extends Serializable {
    /** The answers to texts with these label numbers, in their order. */
    Answers answers(int[] numbers);

    /** The numbers are classes. */
    record Plain() implements LabelMeaning {
        @Override
        public Answers answers(int[] numbers) {
            return new Answers.Classes(numbers);
        }
    }

    /**
     * Each number stands for a class.
     *
     * @param ofNumber 0 to C - 1
     */
    record Classes(int[] ofNumber) implements LabelMeaning {
        public Classes {
            ofNumber = ofNumber.clone();
        }

        int of(int number) {
            return number == EncodedSplit.NO_LABEL ? number : ofNumber[number];
        }

        @Override
        public Answers answers(int[] numbers) {
            int[] classes = new int[numbers.length];
            for (int i = 0; i < classes.length; i++) {
                classes[i] = of(numbers[i]);
            }
            return new Answers.Classes(classes);
        }
    }

    /**
     * Each number stands for a set of labels.
     *
     * @param rows for each number [C], 1 for a label that is in the set, else 0
     */
    record Sets(float[][] rows) implements LabelMeaning {
        @Override
        public Answers answers(int[] numbers) {
            float[][] answers = new float[numbers.length][];
            for (int i = 0; i < answers.length; i++) {
                answers[i] = numbers[i] == EncodedSplit.NO_LABEL ? null : rows[numbers[i]];
            }
            return new Answers.Rows(answers);
        }
    }

    /**
     * Each number stands for what each logit should say.
     *
     * @param ofNumber for each number [C]
     */
    record Rows(float[][] ofNumber) implements LabelMeaning {
        @Override
        public Answers answers(int[] numbers) {
            float[][] answers = new float[numbers.length][];
            for (int i = 0; i < answers.length; i++) {
                answers[i] = numbers[i] == EncodedSplit.NO_LABEL ? null : ofNumber[numbers[i]];
            }
            return new Answers.Rows(answers);
        }
    }

    /**
     * Each number that is a label stands for the same answer.
     *
     * @param row [C]
     */
    record Same(float[] row) implements LabelMeaning {
        public Same {
            row = row.clone();
        }

        @Override
        public Answers answers(int[] numbers) {
            float[][] answers = new float[numbers.length][];
            for (int i = 0; i < answers.length; i++) {
                answers[i] = numbers[i] == EncodedSplit.NO_LABEL ? null : row;
            }
            return new Answers.Rows(answers);
        }
    }

    /** The numbers are the bits of float32 scores. */
    record Scores() implements LabelMeaning {
        /** The number of a score. */
        public static int number(float score) {
            return Float.floatToIntBits(score);
        }

        /** The score of a number. */
        public static float score(int number) {
            return Float.intBitsToFloat(number);
        }

        @Override
        public Answers answers(int[] numbers) {
            float[][] answers = new float[numbers.length][];
            for (int i = 0; i < answers.length; i++) {
                answers[i] = numbers[i] == EncodedSplit.NO_LABEL ? null : new float[] {score(numbers[i])};
            }
            return new Answers.Rows(answers);
        }
    }

    /**
     * Each number stands for a score in a group.
     *
     * @param scores of each number
     * @param groups of each number
     */
    record GroupedScores(float[] scores, int[] groups) implements LabelMeaning {
        @Override
        public Answers answers(int[] numbers) {
            float[][] answers = new float[numbers.length][];
            int[] ofTexts = new int[numbers.length];
            for (int i = 0; i < answers.length; i++) {
                boolean labelled = numbers[i] != EncodedSplit.NO_LABEL;
                answers[i] = labelled ? new float[] {scores[numbers[i]]} : null;
                ofTexts[i] = labelled ? groups[numbers[i]] : EncodedSplit.NO_LABEL;
            }
            return new Answers.Grouped(new Answers.Rows(answers), ofTexts);
        }
    }
}
