package org.purespark.probe;

/** Which one of the possible sites an insertion takes. */
public enum Place {
    /** The first one. */
    START,
    /** The last one. */
    END,
    /** One drawn for each text. */
    RANDOM
}
