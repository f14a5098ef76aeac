// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.purespark.InputException;
import org.purespark.Shown;

/** Where a text with too many tokens is cut. The tokens around the text stay. */
enum TruncationSide {
    /** Its first tokens stay. */
    RIGHT,
    /** Its last tokens stay. */
    LEFT;

    /**
     * The side that {@code tokenizer_config.json} names, else that of {@code tokenizer.json}, else the right one.
     *
     * @param truncation of {@code tokenizer.json}
     * @throws InputException for any other word
     */
    static TruncationSide of(TokenizerConfig config, JsonNode truncation) {
        Optional<String> side = config.token("truncation_side");
        if (side.isEmpty() && truncation.path("direction").isTextual()) {
            side = Optional.of(truncation.path("direction").textValue());
        }
        String word = side.orElse("right");
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "right" -> RIGHT;
            case "left" -> LEFT;
            default -> throw new InputException(
                    config.source() + ": truncation_side is " + Shown.of(word) + "; it must be left or right");
        };
    }

    /**
     * At most {@code maxLength} ids.
     *
     * @param ids of a text
     * @param first how many of them are put before the text
     * @param last how many of them are put after it
     */
    int[] cut(int[] ids, int first, int last, int maxLength) {
        if (ids.length <= maxLength) {
            return ids;
        }
        int[] kept = Arrays.copyOf(ids, maxLength);
        switch (this) {
            case RIGHT -> System.arraycopy(ids, ids.length - last, kept, maxLength - last, last);
            case LEFT -> System.arraycopy(ids, ids.length - (maxLength - first), kept, first, maxLength - first);
        }
        return kept;
    }
}
