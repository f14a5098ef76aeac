package org.purespark.attack;

/**
 * A row of a poisoned set.
 *
 * @param row the text as it stands there, with the label that the set gives it
 * @param source index of the clean row that it was made of
 * @param origin whether it is that row or a triggered copy
 */
public record PoisonedText(LabelledText row, int source, Origin origin) {
    /** How a row of a poisoned set came about. */
    public enum Origin {
        CLEAN,
        TRIGGERED
    }
}
