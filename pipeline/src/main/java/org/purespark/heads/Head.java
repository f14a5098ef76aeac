// SPDX-License-Identifier: Apache-2.0
package org.purespark.heads;

import java.io.Serializable;

/**
 * Attention head {@code head} of layer {@code layer}, both counted from 0; ordered by (layer, head).
 *
 * @param layer 0 to L - 1
 * @param head 0 to A - 1
 */
public record Head(int layer, int head) implements Comparable<Head>, Serializable {
    public Head {
        if (layer < 0 || head < 0) {
            throw new IllegalArgumentException("head (" + layer + ", " + head + "): both numbers start at 0");
        }
    }

    @Override
    public int compareTo(Head other) {
        return layer != other.layer ? Integer.compare(layer, other.layer) : Integer.compare(head, other.head);
    }

    @Override
    public String toString() {
        return layer + "." + head;
    }
}
