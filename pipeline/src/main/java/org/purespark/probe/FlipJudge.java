// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

/** Says what a flip is, with a model's answers to the texts of {@link ProbeTexts#split()} at hand. */
public interface FlipJudge {
    /**
     * Whether a text can be flipped to a target: its true answer is another.
     *
     * @param text index among the texts without probe
     */
    boolean canFlip(int text, int target);

    /**
     * Whether an answer is the target's.
     *
     * @param text index among the texts without probe
     * @param tried index in the split of the form that is answered: of the text with a probe, or without
     */
    boolean isFlipped(int text, int tried, int target);
}
