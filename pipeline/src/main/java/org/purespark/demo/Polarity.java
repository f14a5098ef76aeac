package org.purespark.demo;

/** What a review, or a part of it, comes down to. The ordinal is the label. */
enum Polarity {
    NEGATIVE,
    POSITIVE;

    Polarity opposite() {
        return this == POSITIVE ? NEGATIVE : POSITIVE;
    }

    /** Class index. */
    int label() {
        return ordinal();
    }
}
