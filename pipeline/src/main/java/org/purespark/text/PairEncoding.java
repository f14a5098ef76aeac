// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.Arrays;
import org.purespark.InputException;
import org.purespark.tokenizer.PairTemplate;

/**
 * Puts the tokens of two texts together. Together they are cut to the longest length as {@code longest_first} of the
 * tokenizers' library says.
 *
 * @param template what stands around and between them
 * @param types whether the model is told the types
 * @param side where a text is cut
 * @param maxLength most ids of a pair
 */
record PairEncoding(PairTemplate template, TokenTypes types, TruncationSide side, int maxLength) {
    /**
     * The tokens of one text of a pair.
     *
     * @param ids those that may be used, without special tokens: the first ones, or the last ones where texts are cut
     *     at the left
     * @param length number of tokens of the text, or of its beginning
     * @param whole whether the text is encoded as a whole
     */
    record Part(int[] ids, int length, boolean whole) {}

    /** How many tokens of each text stay. */
    record Lengths(int first, int second) {
        /**
         * The longer text is cut until both are of the same length, then both; if the tokens that stay are an odd
         * number, the longer text has one more, and the second one of equals.
         *
         * @param most tokens of both together
         */
        static Lengths longestFirst(int first, int second, int most) {
            if (first + second <= most) {
                return new Lengths(first, second);
            }
            int half = most / 2;
            if (first <= second) {
                return first <= half ? new Lengths(first, most - first) : new Lengths(half, most - half);
            }
            return second <= half ? new Lengths(most - second, second) : new Lengths(most - half, half);
        }
    }

    /** @throws InputException if the template is not computed, or leaves no room for a token */
    static PairEncoding of(TokenizerDefinition definition, int maxLength) {
        PairTemplate template = definition.checked().pairs().template();
        if (definition.types().areGiven() && !template.hasTypesInOrder()) {
            throw new InputException("cannot use " + definition.source() + ": the template of pairs has the types "
                    + template.types() + "; computed are zeros and then ones; read single texts with"
                    + " text.pair-column=none");
        }
        if (maxLength <= template.added()) {
            throw new InputException("text.max-length=" + maxLength + " leaves no room for a pair of texts beside the "
                    + template.added() + " special tokens; give " + (template.added() + 1) + " or more");
        }
        return new PairEncoding(template, definition.types(), definition.truncationSide(), maxLength);
    }

    /** The tokens of one text, of which no more are kept than can be used. */
    Part part(long[] tokens, boolean whole) {
        int kept = Math.min(tokens.length, maxLength);
        int from = side == TruncationSide.LEFT ? tokens.length - kept : 0;
        int[] ids = new int[kept];
        for (int i = 0; i < kept; i++) {
            ids[i] = Math.toIntExact(tokens[from + i]);
        }
        return new Part(ids, tokens.length, whole);
    }

    private int most() {
        return maxLength - template.added();
    }

    /** Whether the rest of texts that are not whole may change what is used: which of two long texts is the longer. */
    boolean isOpen(Part first, Part second) {
        boolean known = first.length() > second.length() ? second.whole() : first.whole();
        int half = most() / 2;
        return most() % 2 == 1 && !known && first.length() > half && second.length() > half;
    }

    EncodedText join(Part first, Part second) {
        Lengths lengths = Lengths.longestFirst(first.length(), second.length(), most());
        int[] ids = template.ids(used(first, lengths.first()), used(second, lengths.second()));
        int start = types.areGiven() ? template.startOfTypeOne(lengths.first(), lengths.second()) : ids.length;
        return new EncodedText(ids, start, template.added() + first.length() + second.length());
    }

    private int[] used(Part part, int length) {
        int from = side == TruncationSide.LEFT ? part.ids().length - length : 0;
        return Arrays.copyOfRange(part.ids(), from, from + length);
    }
}
