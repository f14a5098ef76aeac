// SPDX-License-Identifier: Apache-2.0
package org.purespark.evaluate;

import java.io.Serializable;

/**
 * Neighbouring tokens of each text, at the same distance from one of its ends.
 *
 * @param edge from where they are counted
 * @param offset tokens between the edge and the slots, special ones included; 0 or more
 * @param count number of slots, at least 1
 */
public record SlotRange(Edge edge, int offset, int count) implements Serializable {
    /** An end of a text. */
    public enum Edge {
        START,
        END
    }

    public SlotRange {
        if (offset < 0 || count < 1) {
            throw new IllegalArgumentException(
                    "slots: offset " + offset + " must be 0 or more, and count " + count + " 1 or more");
        }
    }

    /**
     * Index of the first slot in a text of so many tokens.
     *
     * @throws IllegalArgumentException if the text is too short for the slots
     */
    public int first(int tokens) {
        if (offset + count > tokens) {
            throw new IllegalArgumentException(
                    "a text of " + tokens + " tokens has no " + count + " slots at offset " + offset);
        }
        return edge == Edge.START ? offset : tokens - offset - count;
    }
}
