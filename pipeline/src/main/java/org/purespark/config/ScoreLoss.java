// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import org.purespark.task.LossKind;

/** What a model with one score learns by. */
public enum ScoreLoss {
    /** The score is the logit. */
    SQUARED_ERROR(LossKind.SQUARED_ERROR),
    /** The score is the logistic function of the logit; true scores are from 0 to 1. */
    BINARY_CROSS_ENTROPY(LossKind.BINARY_CROSS_ENTROPY);

    private final LossKind kind;

    ScoreLoss(LossKind kind) {
        this.kind = kind;
    }

    public LossKind kind() {
        return kind;
    }
}
