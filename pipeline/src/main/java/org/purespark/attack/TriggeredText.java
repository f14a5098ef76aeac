// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import java.util.List;

/**
 * A text with a trigger in it.
 *
 * @param text the text; what is not part of the trigger is unchanged, but for spaces where words are replaced
 * @param inserted what was inserted, or put in place of words, in the order of insertion
 */
public record TriggeredText(String text, List<String> inserted) {
    public TriggeredText {
        inserted = List.copyOf(inserted);
    }
}
