// SPDX-License-Identifier: Apache-2.0
package org.purespark.encoder;

/**
 * A row for each distance of two tokens in a text: row positions - 1 is that of distance 0.
 *
 * @param positions tokens of the longest text; at least 1
 */
public record EachDistance(int positions) implements DistanceTable {
    public EachDistance {
        if (positions < 1) {
            throw new IllegalArgumentException("distances in a text of " + positions + " tokens");
        }
    }

    @Override
    public int rows() {
        return 2 * positions - 1;
    }

    /** @throws IllegalArgumentException if no text is so long */
    @Override
    public int row(int distance) {
        if (Math.abs(distance) >= positions) {
            throw new IllegalArgumentException("distance " + distance + " in a text of " + positions + " tokens");
        }
        return distance + positions - 1;
    }
}
