// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.Optional;

/**
 * How much text native code is given. It takes some 60 bytes of memory for each byte that a text becomes, and some
 * microseconds for each token. Of a long text only the first tokens are used; so its beginning is given, if the rest
 * can be shown not to change them.
 *
 * @param call most characters of a call, all texts together
 * @param whole most characters of a text that is given as a whole
 * @param most characters of the longest beginning that is tried
 */
record TextPortions(int call, int whole, int most) {
    private static final double BYTES_OF_CALL = 4e6;
    private static final int BYTES_OF_CHARACTER = 3;
    private static final int WHOLE = 1 << 15;
    private static final int MOST = 1 << 18;
    /** How far back an end is looked for. */
    private static final int NEAR = 4096;
    /**
     * Words before the end of a beginning that the rest may change. An added token may reach over the end by 256
     * characters, a replacement by 64; each may become more than one word.
     */
    private static final int UNSETTLED_WORDS = 1024;

    /** @param growth bytes that a byte of text becomes, at most */
    static TextPortions of(double growth) {
        int call = (int) (BYTES_OF_CALL / BYTES_OF_CHARACTER / growth);
        return new TextPortions(call, Math.min(WHOLE, call), Math.min(MOST, 4 * call));
    }

    /**
     * The beginning of a text that has about {@code length} characters. It ends before a letter, digit or space that
     * starts anew in every Unicode form: what is before it is normalized as without the rest. Empty if there is no such
     * place near.
     */
    static Optional<String> beginning(String text, int length) {
        if (length >= text.length()) {
            return Optional.of(text);
        }
        for (int end = length; end > Math.max(0, length - NEAR); end--) {
            if (startsAnew(text.charAt(end))) {
                return Optional.of(text.substring(0, end));
            }
        }
        return Optional.empty();
    }

    private static boolean startsAnew(char c) {
        boolean isJamo = c >= 0x1100 && c <= 0x11FF || c >= 0xA960 && c <= 0xA97F || c >= 0xD7B0 && c <= 0xD7FF;
        return c == ' ' || c == '\n' || !isJamo && !Character.isSurrogate(c) && Character.isLetterOrDigit(c);
    }

    /**
     * Whether the first tokens of a beginning are those of the whole text. Words are found from left to right, each
     * from its own characters and those next to it, and become tokens one by one; so all words are settled but the
     * last ones.
     *
     * @param words for each token the number of its word, ascending; -1 for a token around the text
     * @param maxLength number of tokens that are used
     */
    static boolean isSettled(long[] words, int maxLength) {
        long last = -1;
        for (long word : words) {
            last = Math.max(last, word);
        }
        return words.length > maxLength && words[maxLength - 1] >= 0 && words[maxLength - 1] < last - UNSETTLED_WORDS;
    }
}
