// SPDX-License-Identifier: Apache-2.0
package org.purespark.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The tokens around and between the two texts of a pair: those of {@code before}, the first text, those of
 * {@code between}, the second text, those of {@code after}.
 *
 * @param before ids of the tokens before the first text
 * @param between ids of the tokens between the texts
 * @param after ids of the tokens after the second text
 * @param types type of each piece, 0 or 1, in order: the tokens before, the first text, the tokens between, the second
 *     text, the tokens after
 */
public record PairTemplate(List<Integer> before, List<Integer> between, List<Integer> after, List<Integer> types) {
    /** What is done where there is no post-processor that adds tokens. */
    static final PairTemplate BARE = new PairTemplate(List.of(), List.of(), List.of(), List.of(0, 1));

    public PairTemplate {
        before = List.copyOf(before);
        between = List.copyOf(between);
        after = List.copyOf(after);
        types = List.copyOf(types);
        if (types.size() != before.size() + between.size() + after.size() + 2) {
            throw new IllegalArgumentException("types " + types + " of " + before + ", " + between + ", " + after);
        }
    }

    /** Number of tokens that are added to the two texts. */
    public int added() {
        return before.size() + between.size() + after.size();
    }

    /** Whether types are zeros and then ones: where the ones begin says it all. */
    public boolean hasTypesInOrder() {
        int last = 0;
        for (int type : types) {
            if (type < last || type > 1) {
                return false;
            }
            last = type;
        }
        return true;
    }

    /**
     * The pieces in order: {@code [CLS] $A [SEP] $B:1 [SEP]:1}.
     *
     * @param typeOne follows each piece of type 1
     */
    public String inWords(Vocabulary vocabulary, String typeOne) {
        List<String> pieces = new ArrayList<>();
        before.forEach(id -> pieces.add(vocabulary.token(id).orElseThrow()));
        pieces.add("$A");
        between.forEach(id -> pieces.add(vocabulary.token(id).orElseThrow()));
        pieces.add("$B");
        after.forEach(id -> pieces.add(vocabulary.token(id).orElseThrow()));
        for (int i = 0; i < pieces.size(); i++) {
            pieces.set(i, pieces.get(i) + (types.get(i) == 1 ? typeOne : ""));
        }
        return String.join(" ", pieces);
    }

    /**
     * All ids of a pair.
     *
     * @param first ids of the first text
     * @param second ids of the second text
     */
    public int[] ids(int[] first, int[] second) {
        int[] ids = new int[added() + first.length + second.length];
        int at = 0;
        for (int id : before) {
            ids[at++] = id;
        }
        System.arraycopy(first, 0, ids, at, first.length);
        at += first.length;
        for (int id : between) {
            ids[at++] = id;
        }
        System.arraycopy(second, 0, ids, at, second.length);
        at += second.length;
        for (int id : after) {
            ids[at++] = id;
        }
        return ids;
    }

    /**
     * Index among all ids of the first token of type 1, or their number if there is none.
     *
     * @param first number of ids of the first text
     * @param second number of ids of the second text
     * @throws IllegalStateException unless {@link #hasTypesInOrder}
     */
    public int startOfTypeOne(int first, int second) {
        if (!hasTypesInOrder()) {
            throw new IllegalStateException("types " + types + " are not zeros and then ones");
        }
        int[] lengths = new int[types.size()];
        Arrays.fill(lengths, 1);
        lengths[before.size()] = first;
        lengths[before.size() + 1 + between.size()] = second;
        int start = 0;
        for (int piece = 0; piece < lengths.length && types.get(piece) == 0; piece++) {
            start += lengths[piece];
        }
        return start;
    }
}
