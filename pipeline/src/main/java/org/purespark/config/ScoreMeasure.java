// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import org.purespark.task.Measure;

/** What a model with one score is measured by. */
public enum ScoreMeasure {
    /** How all texts are ranked. */
    SPEARMAN(Measure.RANK_CORRELATION),
    /** How the second texts of each first text are ranked; true scores are from 0. */
    NDCG(Measure.NDCG);

    private final Measure measure;

    ScoreMeasure(Measure measure) {
        this.measure = measure;
    }

    public Measure measure() {
        return measure;
    }
}
