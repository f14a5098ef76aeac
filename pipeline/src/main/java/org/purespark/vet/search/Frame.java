// SPDX-License-Identifier: Apache-2.0
package org.purespark.vet.search;

import java.util.List;

/**
 * The special tokens that a tokenizer puts around every text.
 *
 * @param before ids in front of it
 * @param after ids behind it
 */
public record Frame(List<Integer> before, List<Integer> after) {
    public Frame {
        before = List.copyOf(before);
        after = List.copyOf(after);
    }

    /** Number of special tokens. */
    public int size() {
        return before.size() + after.size();
    }

    /** The tokens as a text of their own. */
    public int[] around(List<Integer> tokens) {
        int[] ids = new int[size() + tokens.size()];
        int at = 0;
        for (List<Integer> part : List.of(before, tokens, after)) {
            for (int id : part) {
                ids[at++] = id;
            }
        }
        return ids;
    }

    /**
     * A text with tokens put into it.
     *
     * @param text ids with special tokens
     */
    public int[] with(int[] text, List<Integer> tokens, Position position) {
        int from = before.size() + position.index(text.length - size());
        int[] ids = new int[text.length + tokens.size()];
        System.arraycopy(text, 0, ids, 0, from);
        for (int i = 0; i < tokens.size(); i++) {
            ids[from + i] = tokens.get(i);
        }
        System.arraycopy(text, from, ids, from + tokens.size(), text.length - from);
        return ids;
    }
}
