// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * What a person says of the labels in the data ({@code text.labels}).
 *
 * @param kind what is said
 * @param classes for a map: the class that each label means, by its name or id in the checkpoint
 */
public record LabelChoice(Kind kind, Map<String, String> classes) {
    /** Nothing is said: labels are matched to the checkpoint's classes where there is no doubt. */
    public static final LabelChoice AUTOMATIC = new LabelChoice(Kind.AUTOMATIC, Map.of());

    private static final String NEW = "new";

    /** What is said. */
    public enum Kind {
        AUTOMATIC,
        /** The classes are those of the data; the checkpoint's classifier is not used. */
        NEW_CLASSIFIER,
        MAP
    }

    public LabelChoice {
        classes = Collections.unmodifiableMap(new LinkedHashMap<>(classes));
    }

    /**
     * @param setting {@code new}, or pairs such as {@code negative=NEGATIVE,positive=POSITIVE}; null for nothing
     * @throws InputException if it is neither
     */
    public static LabelChoice of(String setting) {
        if (setting == null) {
            return AUTOMATIC;
        }
        if (setting.strip().equals(NEW)) {
            return new LabelChoice(Kind.NEW_CLASSIFIER, Map.of());
        }
        Map<String, String> classes = new LinkedHashMap<>();
        for (String pair : setting.split(",", -1)) {
            int equals = pair.lastIndexOf('=');
            Optional<String> wrong = Optional.empty();
            if (equals < 1 || equals == pair.length() - 1) {
                wrong = Optional.of("\"" + Shown.of(pair) + "\" is no pair");
            } else if (classes.put(
                            pair.substring(0, equals).strip(),
                            pair.substring(equals + 1).strip())
                    != null) {
                wrong = Optional.of("label " + Shown.of(pair.substring(0, equals)) + " is there twice");
            }
            if (wrong.isPresent()) {
                throw new InputException("text.labels (--labels) is \"" + Shown.of(setting) + "\": " + wrong.get()
                        + "; write label=CLASS for each label, with commas between them, or " + NEW
                        + " for a new classifier");
            }
        }
        return new LabelChoice(Kind.MAP, classes);
    }
}
