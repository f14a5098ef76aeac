// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The token ids of one text, or of one pair of texts.
 *
 * @param ids 1 to max-length ids with special tokens, without padding
 * @param second index of the first token of type 1; the number of ids if there is none
 * @param fullLength number of ids before cutting, special tokens included; of a text that is cut and has many thousand
 *     characters, only of its beginning
 */
public record EncodedText(int[] ids, int second, int fullLength) implements Serializable {
    /** A text of which all tokens have type 0. */
    public EncodedText(int[] ids, int fullLength) {
        this(ids, ids.length, fullLength);
    }

    /** The same ids, all of type 0. */
    EncodedText withoutTypes() {
        return new EncodedText(ids, fullLength);
    }

    /** Whether a model is given the same for both. */
    public boolean hasInputOf(EncodedText other) {
        return second == other.second && Arrays.equals(ids, other.ids);
    }

    /** Whether tokens are left out because the text has more than the most that a text may have. */
    public boolean cut() {
        return fullLength > ids.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EncodedText that && fullLength == that.fullLength && hasInputOf(that);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(ids) + second) + fullLength;
    }

    @Override
    public String toString() {
        String types = second < ids.length ? ", type 1 from " + second : "";
        return Arrays.toString(ids) + types + " of " + fullLength;
    }
}
