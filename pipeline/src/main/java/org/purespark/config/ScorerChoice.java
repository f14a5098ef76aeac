// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

/** What heads are scored by. Each is described with its source in package {@code heads}, class {@code HeadScorers}. */
public enum ScorerChoice {
    /** PURE's score: the variance of CLS attention. */
    CLS_VARIANCE,
    /** How much the loss depends on the head. */
    GRADIENT,
    /** Mean absolute weight. */
    L1,
    /** Root of the mean squared weight. */
    L2,
    /** The mean rank by variance, gradient and L2. */
    ENSEMBLE,
    /** How much the loss depends on the head in passes with dropout, less how much that varies. */
    UNCERTAINTY,
    /** A seeded control. */
    RANDOM;

    /** How it is written in settings and files. */
    public String text() {
        return SettingKey.text(this);
    }
}
