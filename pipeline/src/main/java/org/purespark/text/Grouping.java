// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

/** Whether texts are ranked in groups. */
public enum Grouping {
    NONE,
    /** Pairs with the same first text are one group. */
    BY_FIRST_TEXT
}
