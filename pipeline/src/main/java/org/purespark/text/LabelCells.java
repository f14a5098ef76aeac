// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * What the labels of a file look like.
 *
 * @param form of a label
 * @param names of the labels, where a file may have a 0/1 column for each in place of a column of labels
 */
public record LabelCells(LabelForm form, List<String> names) {
    /** Names or numbers of classes. */
    public static final LabelCells CLASSES = new LabelCells(LabelForm.CLASS, List.of());

    private static final Set<String> YES = Set.of("1", "1.0", "true");
    private static final Set<String> NO = Set.of("0", "0.0", "false");

    public LabelCells {
        names = List.copyOf(names);
    }

    /**
     * The set of labels whose columns hold 1.
     *
     * @param columns names of the columns
     * @param values as written, of the same columns; null where there is none
     * @param place of the row, for messages
     * @throws InputException if a value is neither 0 nor 1
     */
    public static String ofIndicators(List<String> columns, List<String> values, String place) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            String value = values.get(i) == null ? "" : values.get(i).strip().toLowerCase(Locale.ROOT);
            if (YES.contains(value)) {
                names.add(columns.get(i).strip());
            } else if (!NO.contains(value)) {
                throw new InputException(
                        place + ", column " + Shown.of(columns.get(i).strip()) + ": "
                                + (value.isEmpty() ? "no value" : Shown.of(value)) + " where 0 or 1 is expected, as the"
                                + " column says whether a text has that label");
            }
        }
        return LabelNames.text(names);
    }
}
