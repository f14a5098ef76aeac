// SPDX-License-Identifier: Apache-2.0
package org.purespark.probe;

/** Which of the possible sites an insertion uses. */
public enum InsertionPlace {
    /** The first one. */
    START,
    /** The last one. */
    END,
    /** A random one for each text. */
    RANDOM
}
