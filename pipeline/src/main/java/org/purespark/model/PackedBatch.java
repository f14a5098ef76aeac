// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.List;

/**
 * Texts one after the other, without padding: token-wise layers work only on the N real tokens.
 *
 * @param ids [N] token ids
 * @param starts [B + 1] first token of each text, then N
 */
public record PackedBatch(int[] ids, int[] starts) {
    /** @param texts token ids of each text, none empty */
    public static PackedBatch of(List<int[]> texts) {
        int[] starts = new int[texts.size() + 1];
        for (int b = 0; b < texts.size(); b++) {
            if (texts.get(b).length == 0) {
                throw new IllegalArgumentException("text " + b + " of the batch has no tokens");
            }
            starts[b + 1] = starts[b] + texts.get(b).length;
        }
        int[] ids = new int[starts[texts.size()]];
        for (int b = 0; b < texts.size(); b++) {
            System.arraycopy(texts.get(b), 0, ids, starts[b], texts.get(b).length);
        }
        return new PackedBatch(ids, starts);
    }

    /** B. */
    public int texts() {
        return starts.length - 1;
    }

    /** N. */
    public int tokens() {
        return ids.length;
    }

    /** T of text {@code text}. */
    public int length(int text) {
        return starts[text + 1] - starts[text];
    }
}
