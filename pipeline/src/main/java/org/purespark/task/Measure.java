// SPDX-License-Identifier: Apache-2.0
package org.purespark.task;

import com.fasterxml.jackson.annotation.JsonValue;

/** Measures of a model's quality on clean texts, all from 0 to 1. */
public enum Measure {
    /** Share of texts that get their class. */
    ACCURACY("accuracy", "accuracy", "ACC"),
    /** 2·TP / (2·TP + FP + FN) over all pairs of text and label. */
    MICRO_F1("micro-f1", "micro-F1", "F1"),
    /** Spearman's correlation of true and given scores; 0 where it is negative, or one of them is constant. */
    RANK_CORRELATION("spearman", "Spearman’s ρ", "ρ"),
    /**
     * Normalized discounted cumulative gain: the mean over first texts of Σ gain / log2(1 + rank) by the model's order,
     * divided by the same in the best order; the gain is the true score. First texts with one second text, or without
     * any gain, count nothing; texts of the same score share their ranks.
     */
    NDCG("ndcg", "nDCG", "nDCG");

    private final String text;
    private final String words;
    private final String heading;

    Measure(String text, String words, String heading) {
        this.text = text;
        this.words = words;
        this.heading = heading;
    }

    /** The name in files. */
    @JsonValue
    public String text() {
        return text;
    }

    /** The name in a sentence. */
    public String words() {
        return words;
    }

    /** What it is, for a reader of accuracies; empty for accuracy. */
    public String note() {
        return switch (this) {
            case ACCURACY -> "";
            case MICRO_F1 -> "A text may have many labels, so the measure is F1 over all pairs of text and label"
                    + " (micro-F1).";
            case RANK_CORRELATION -> "The model gives a score, so the measure is Spearman’s rank correlation ρ with the"
                    + " true scores.";
            case NDCG -> "The model ranks the second texts of each first text, so the measure is nDCG, the mean over"
                    + " first texts of the discounted gain by the model’s order, divided by that of the best order.";
        };
    }

    /** The name above a column. */
    public String heading() {
        return heading;
    }
}
