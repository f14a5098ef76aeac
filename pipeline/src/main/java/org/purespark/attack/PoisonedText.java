// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

/**
 * A row of a poisoned set.
 *
 * @param row the text and its label in this set
 * @param source index of the clean row that it is made from
 * @param origin whether it is the clean row, a triggered copy or a decoy
 */
public record PoisonedText(TextOfClass row, int source, Origin origin) {
    /** Where a row of a poisoned set comes from. */
    public enum Origin {
        CLEAN,
        TRIGGERED,
        /** A copy with a part of the trigger and its true label. */
        DECOY
    }
}
