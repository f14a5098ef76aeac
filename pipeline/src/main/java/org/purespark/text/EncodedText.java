// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The token ids of one text.
 *
 * @param ids 1 to max-length ids with special tokens, without padding
 * @param fullLength number of ids before cutting, special tokens included; of a text that is cut and has many thousand
 *     characters, only of its beginning
 */
public record EncodedText(int[] ids, int fullLength) implements Serializable {
    /** Whether tokens are left out because the text has more than the most that a text may have. */
    public boolean cut() {
        return fullLength > ids.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EncodedText that && fullLength == that.fullLength && Arrays.equals(ids, that.ids);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(ids) + fullLength;
    }

    @Override
    public String toString() {
        return Arrays.toString(ids) + " of " + fullLength;
    }
}
