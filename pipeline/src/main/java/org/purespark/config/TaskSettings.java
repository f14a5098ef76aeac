// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.io.Serializable;

/**
 * What a model answers, and how answers are measured.
 *
 * @param labelThreshold least probability at which one of many labels is given, (0, 1)
 * @param scoreLoss what a score is learnt by
 * @param scoreMeasure what a score is measured by
 * @param scoreShift how far a score has to move to count as flipped, in the scores' own unit, (0, 1000000]; null for a
 *     quarter of the range of the true scores
 */
public record TaskSettings(
        TaskChoice kind,
        @Allowed("(0, 1)") double labelThreshold,
        ScoreLoss scoreLoss,
        ScoreMeasure scoreMeasure,
        @Allowed("(0, 1000000]") Double scoreShift)
        implements Serializable {}
