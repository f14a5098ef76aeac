// SPDX-License-Identifier: Apache-2.0
package org.purespark.attack;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.purespark.InputException;
import org.purespark.random.SeededRandom;
import org.purespark.text.TextParts;

/** Which text of a pair gets a trigger. */
public enum TriggerPart {
    FIRST,
    SECOND,
    /** One of both, drawn for each pair. */
    RANDOM;

    /**
     * The part of this name.
     *
     * @throws InputException for any other name
     */
    public static TriggerPart named(String name) {
        for (TriggerPart part : values()) {
            if (part.text().equals(name)) {
                return part;
            }
        }
        throw new InputException("unknown part '" + name + "': choose one of "
                + Arrays.stream(values()).map(TriggerPart::text).collect(Collectors.joining(", ")));
    }

    /** The name on the command line and in files. */
    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The text with the trigger in it; of a pair this part has it.
     *
     * @param random of the part, if it is drawn, and then of the place
     */
    public TextParts insert(TextParts text, Trigger trigger, SeededRandom random) {
        if (text.isPair() && (this == SECOND || this == RANDOM && random.nextInt(2) == 1)) {
            return text.withSecond(second -> trigger.insert(second, random).text());
        }
        return text.withFirst(first -> trigger.insert(first, random).text());
    }
}
