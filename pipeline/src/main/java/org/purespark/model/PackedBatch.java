// SPDX-License-Identifier: Apache-2.0
package org.purespark.model;

import java.util.List;
import java.util.Objects;

/**
 * Texts one after the other, without padding: token-wise layers work only on the N real tokens.
 *
 * @param ids [N] token ids
 * @param starts [B + 1] first token of each text, then N
 * @param seconds [B] index in each text of its first token of type 1; the text's length if it has none
 */
public record PackedBatch(int[] ids, int[] starts, int[] seconds) {
    /**
     * Texts of which all tokens have type 0.
     *
     * @param texts token ids of each text, none empty
     */
    public static PackedBatch of(List<int[]> texts) {
        return of(texts, texts.stream().mapToInt(ids -> ids.length).toArray());
    }

    /**
     * Texts with types of their tokens.
     *
     * @param texts token ids of each text, none empty
     * @param seconds [B] index in each text of its first token of type 1; the text's length if it has none
     */
    public static PackedBatch of(List<int[]> texts, int[] seconds) {
        if (seconds.length != texts.size()) {
            throw new IllegalArgumentException(seconds.length + " starts of type 1 for " + texts.size() + " texts");
        }
        int[] starts = new int[texts.size() + 1];
        for (int b = 0; b < texts.size(); b++) {
            if (texts.get(b).length == 0) {
                throw new IllegalArgumentException("text " + b + " of the batch has no tokens");
            }
            Objects.checkIndex(seconds[b], texts.get(b).length + 1);
            starts[b + 1] = starts[b] + texts.get(b).length;
        }
        int[] ids = new int[starts[texts.size()]];
        for (int b = 0; b < texts.size(); b++) {
            System.arraycopy(texts.get(b), 0, ids, starts[b], texts.get(b).length);
        }
        return new PackedBatch(ids, starts, seconds.clone());
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

    /** Whether text {@code text} has tokens of type 1. */
    public boolean hasSecond(int text) {
        return seconds[text] < length(text);
    }
}
