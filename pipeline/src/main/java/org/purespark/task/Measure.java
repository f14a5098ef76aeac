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
    RANK_CORRELATION("spearman", "Spearman’s ρ", "ρ");

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
        };
    }

    /** The name above a column. */
    public String heading() {
        return heading;
    }
}
