// SPDX-License-Identifier: Apache-2.0
package org.purespark.demo;

/** Whether a review, or a part of it, is negative or positive. The ordinal is the label. */
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
