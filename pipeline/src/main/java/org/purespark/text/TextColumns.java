// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * Which columns of a source hold the text and the label.
 *
 * @param text index of the text's column, from 0
 * @param label index of the label's column, from 0; empty if there is none
 */
public record TextColumns(int text, OptionalInt label) {
    private static final List<String> TEXT_NAMES = List.of("text", "sentence", "sentences");
    private static final List<String> LABEL_NAMES = List.of("label", "labels");

    /**
     * Finds the columns by name; spaces around a name are ignored.
     *
     * @param place where the names are, for messages
     * @param names all columns, in order
     * @throws InputException if a required column is missing, or two columns match
     */
    public static TextColumns find(String place, List<String> names, LabelColumn labels) {
        OptionalInt text = find(place, names, "text", TEXT_NAMES);
        OptionalInt label = find(place, names, "label", LABEL_NAMES);
        if (text.isEmpty()) {
            throw missing(place, names, "text", TEXT_NAMES);
        }
        if (label.isEmpty() && labels == LabelColumn.REQUIRED) {
            throw missing(place, names, "label", LABEL_NAMES);
        }
        return new TextColumns(text.getAsInt(), label);
    }

    private static OptionalInt find(String place, List<String> names, String kind, List<String> wanted) {
        List<Integer> found = new ArrayList<>();
        List<String> foundNames = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i).strip();
            if (wanted.contains(name)) {
                found.add(i);
                foundNames.add(name);
            }
        }
        if (found.size() > 1) {
            throw new InputException(place + ": more than one " + kind + " column (" + Shown.list(foundNames)
                    + "); keep one of them, rename the others");
        }
        return found.isEmpty() ? OptionalInt.empty() : OptionalInt.of(found.get(0));
    }

    private static InputException missing(String place, List<String> names, String kind, List<String> wanted) {
        String there = Shown.list(names.stream().map(String::strip).toList());
        return new InputException(place + ": no " + kind + " column; name it " + String.join(" or ", wanted)
                + " (the columns are: " + there + ")");
    }
}
