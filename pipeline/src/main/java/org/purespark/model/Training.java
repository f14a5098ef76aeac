// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import org.purespark.task.LossKind;

/**
 * How a classifier learns.
 *
 * @param classifierDropout rate before the last projection
 * @param loss of the answers
 * @param readout where the loss is computed
 * @param teacherWeight of the distance from a teacher's CLS attention, which each example then has; 0: no teacher
 */
public record Training(double classifierDropout, LossKind loss, Readout readout, double teacherWeight) {
    /** Without a teacher. */
    public Training(double classifierDropout, LossKind loss, Readout readout) {
        this(classifierDropout, loss, readout, 0);
    }

    /** With the loss of the last layer. */
    public Training(double classifierDropout, LossKind loss) {
        this(classifierDropout, loss, Readout.LAST_LAYER);
    }

    /** It does not. */
    static final Training NONE = new Training(0, LossKind.CROSS_ENTROPY);

    /** After a teacher, for what does not depend on its weight. */
    static final Training TAUGHT = new Training(0, LossKind.CROSS_ENTROPY, Readout.LAST_LAYER, 1);
}
