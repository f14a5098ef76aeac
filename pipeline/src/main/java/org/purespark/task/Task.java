// SPDX-License-Identifier: Apache-2.0
package org.purespark.task;

import java.io.Serializable;

/** A task with what its measures need: how logits become answers, and what a flip is. */
public sealed interface Task extends Serializable {
    TaskKind kind();

    /** What training makes small. */
    LossKind loss();

    /** The measure of a model's quality on clean texts, 0 to 1, more is better. */
    Measure measure();

    /** One of C classes. A flip: a text of another class is given the target class. */
    record OneLabel() implements Task {
        @Override
        public TaskKind kind() {
            return TaskKind.ONE_LABEL;
        }

        @Override
        public LossKind loss() {
            return LossKind.CROSS_ENTROPY;
        }

        @Override
        public Measure measure() {
            return Measure.ACCURACY;
        }
    }

    /**
     * Any of C labels, each on its own. A flip: a label that a text lacks is given to it, or one that it has is not.
     *
     * @param threshold a label is given if its probability, the logistic function of its logit, is at least this; above
     *     0, below 1
     */
    record ManyLabels(double threshold) implements Task {
        public ManyLabels {
            if (!(threshold > 0 && threshold < 1)) {
                throw new IllegalArgumentException("threshold " + threshold + " must be above 0 and below 1");
            }
        }

        @Override
        public TaskKind kind() {
            return TaskKind.MANY_LABELS;
        }

        @Override
        public LossKind loss() {
            return LossKind.BINARY_CROSS_ENTROPY;
        }

        @Override
        public Measure measure() {
            return Measure.MICRO_F1;
        }

        /** Whether a logit gives its label. */
        public boolean gives(float logit) {
            return Logistic.of(logit) >= threshold;
        }
    }

    /**
     * One number. A flip: the score is away from the true one by at least {@code shift}, up or down. Texts whose true
     * score leaves no room for that are not counted.
     *
     * @param loss squared error, where the score is the logit; or binary cross-entropy, where the score is the logistic
     *     function of the logit and true scores are from 0 to 1
     * @param shift δ, above 0
     * @param low lowest true score of the texts that are measured
     * @param high the highest
     * @param measure {@link Measure#RANK_CORRELATION} or {@link Measure#NDCG}
     */
    record Score(LossKind loss, double shift, double low, double high, Measure measure) implements Task {
        /** Measured by how all texts are ranked. */
        public Score(LossKind loss, double shift, double low, double high) {
            this(loss, shift, low, high, Measure.RANK_CORRELATION);
        }

        public Score {
            if (measure != Measure.RANK_CORRELATION && measure != Measure.NDCG) {
                throw new IllegalArgumentException("a score is not measured by " + measure);
            }
            if (loss == LossKind.CROSS_ENTROPY) {
                throw new IllegalArgumentException("a score has no cross-entropy of classes");
            }
            if (!(shift > 0) || !(low <= high)) {
                throw new IllegalArgumentException("shift " + shift + " with scores from " + low + " to " + high);
            }
        }

        @Override
        public TaskKind kind() {
            return TaskKind.SCORE;
        }

        /** The score of a logit. */
        public float of(float logit) {
            return loss == LossKind.BINARY_CROSS_ENTROPY ? (float) Logistic.of(logit) : logit;
        }
    }
}
