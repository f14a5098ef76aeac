// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import java.util.List;

/**
 * A text with a trigger in it.
 *
 * @param text the text, its own words and spaces unchanged
 * @param inserted what was inserted, in the order of insertion
 */
public record TriggeredText(String text, List<String> inserted) {
    public TriggeredText {
        inserted = List.copyOf(inserted);
    }
}
