// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.purespark.InputException;

/**
 * The labels that occur in a source. They are numbered from 0 in the order in which they are met.
 *
 * @param source the address of the rows
 * @param places for each label the place of its first row, for messages; in the order of their numbers
 */
public record FoundLabels(String source, List<Place> places) {
    /** Far more than classes that a classifier has; a column of names or of texts is found by it. */
    private static final int MOST = 10_000;

    /** A label and where it is first met. */
    public record Place(String label, String inWords) {}

    public FoundLabels {
        places = List.copyOf(places);
    }

    /** The labels, in the order of their numbers. */
    public List<String> labels() {
        return places.stream().map(Place::label).toList();
    }

    /** The labels, without an order. */
    Set<String> asSet() {
        return Set.copyOf(labels());
    }

    /**
     * The class of each label number.
     *
     * @throws InputException for a label that is none of the classes
     */
    public int[] classes(LabelSet set) {
        return places.stream().mapToInt(place -> set.indexOf(place.label())).toArray();
    }

    /** Numbers the labels of rows, one row after the other. */
    static final class Builder {
        private final String source;
        private final Map<String, Integer> numbers = new HashMap<>();
        private final List<Place> places = new ArrayList<>();
        private long rows;

        Builder(String source) {
            this.source = source;
        }

        /**
         * The place of the next row.
         *
         * @param number 0 for a row that is not from a file
         */
        String place(RowUnit unit, long number) {
            return number > 0 ? unit.place(source, number) : source + ", text " + (rows + 1);
        }

        /**
         * The number of the next row's label.
         *
         * @return -1 for a row without label
         * @throws InputException if there are far too many
         */
        int number(RowUnit unit, LabelledText row) {
            Integer number = row.label() == null ? Integer.valueOf(-1) : numbers.get(row.label());
            if (number == null) {
                number = places.size();
                if (number == MOST) {
                    throw new InputException(place(unit, row.number()) + ", column label: there are more than " + MOST
                            + " different labels; name the column of the classes \"label\"");
                }
                numbers.put(row.label(), number);
                places.add(new Place(row.label(), place(unit, row.number())));
            }
            rows++;
            return number;
        }

        FoundLabels build() {
            return new FoundLabels(source, Collections.unmodifiableList(places));
        }
    }
}
