// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import java.io.Serializable;
import java.util.OptionalDouble;

/** What a model answers for labelled texts, beside the truth. Those of parts of the texts merge. */
public sealed interface Tally extends Serializable permits Confusion, LabelCounts, ScorePairs {
    /** Number of texts. */
    long texts();

    /**
     * Of the texts of both.
     *
     * @throws IllegalArgumentException if the other one is of another task
     */
    Tally merge(Tally other);

    /** The task's measure, 0 to 1; empty if there is nothing to measure. */
    OptionalDouble quality();

    /** Number of targets that an attack may have, see {@link FlipTargets}. */
    int targets();

    /**
     * Of the texts that can be flipped to a target, the share that is, 0 to 1: on triggered texts the attack's success,
     * on clean texts the model's own errors of this kind. Empty without such texts.
     *
     * @param target 0 to {@link #targets()} - 1, or for classes {@link #targets()}: the next class
     */
    OptionalDouble labelFlipRate(int target);
}
