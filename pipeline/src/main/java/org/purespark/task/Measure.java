// SPDX-License-Identifier: Apache-2.0
package org.purespark.task;

import com.fasterxml.jackson.annotation.JsonValue;

/** Measures of a model's quality on clean texts, all from 0 to 1. */
public enum Measure {
    /** Share of texts that get their class. */
    ACCURACY("accuracy", "ACC"),
    /** 2·TP / (2·TP + FP + FN) over all pairs of text and label. */
    MICRO_F1("micro-f1", "F1"),
    /** Spearman's correlation of true and given scores; 0 where it is negative, or one of them is constant. */
    RANK_CORRELATION("spearman", "ρ");

    private final String text;
    private final String heading;

    Measure(String text, String heading) {
        this.text = text;
        this.heading = heading;
    }

    /** The name in files. */
    @JsonValue
    public String text() {
        return text;
    }

    /** What it is, for a reader of accuracies; empty for accuracy. */
    public String note() {
        return switch (this) {
            case ACCURACY -> "";
            case MICRO_F1 -> "A text may have many labels, so F1 over all pairs of text and label (micro-F1) stands in"
                    + " place of accuracy, here and below.";
            case RANK_CORRELATION -> "The model gives a score, so Spearman’s rank correlation ρ with the true scores"
                    + " stands in place of accuracy, here and below.";
        };
    }

    /** The name above a column. */
    public String heading() {
        return heading;
    }
}
