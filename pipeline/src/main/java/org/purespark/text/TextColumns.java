// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * Which columns of a source hold the text, the second text of a pair, and the label.
 *
 * @param text index of the text's column, from 0
 * @param second index of the second text's column, from 0; empty if the texts are single
 * @param label index of the label's column, from 0; empty if there is none
 * @param indicators indices of the columns that hold 0 or 1 for each label, from 0; none where a column of labels is
 *     there, or none is needed
 */
public record TextColumns(int text, OptionalInt second, OptionalInt label, List<Integer> indicators) {
    /**
     * Finds the columns by name; spaces around a name are ignored.
     *
     * @param place where the names are, for messages
     * @param names all columns, in order
     * @throws InputException if a required column, or one that the user names, is missing, or two columns match
     */
    public static TextColumns find(String place, List<String> names, ColumnNames wanted, LabelColumn labels) {
        Optional<PairColumn.Chosen> pair = pair(place, names, wanted);
        List<String> firsts = pair.map(PairColumn.Chosen::firsts).orElse(wanted.allowed(ColumnNames.Column.TEXT));
        List<String> seconds = pair.map(PairColumn.Chosen::second).stream().toList();
        OptionalInt text = find(place, names, without(firsts, wanted.label()), "text");
        OptionalInt second = find(place, names, seconds, "second text");
        OptionalInt label = find(
                place,
                names,
                without(wanted.allowed(ColumnNames.Column.LABEL), pair.map(PairColumn.Chosen::second)),
                "label");
        if (text.isEmpty()) {
            throw missing(place, names, wanted, ColumnNames.Column.TEXT);
        }
        List<Integer> indicators = label.isPresent() ? List.of() : indicators(place, names, wanted.indicators());
        if (label.isEmpty()
                && indicators.isEmpty()
                && (labels == LabelColumn.REQUIRED || wanted.label().isPresent())) {
            throw missing(place, names, wanted, ColumnNames.Column.LABEL);
        }
        return new TextColumns(text.getAsInt(), second, label, indicators);
    }

    /** The columns of all these names, or none at all. */
    private static List<Integer> indicators(String place, List<String> names, List<String> wanted) {
        List<Integer> found = new ArrayList<>();
        List<String> there = names.stream().map(String::strip).toList();
        for (String name : wanted) {
            if (there.indexOf(name) != there.lastIndexOf(name)) {
                throw new InputException(
                        place + ": more than one column " + Shown.of(name) + "; keep one of them, rename the others");
            }
            if (there.contains(name)) {
                found.add(there.indexOf(name));
            }
        }
        if (!found.isEmpty() && found.size() < wanted.size()) {
            List<String> missing =
                    wanted.stream().filter(name -> !there.contains(name)).toList();
            throw new InputException(place + ": columns of 0 and 1 for some labels, and none for " + Shown.list(missing)
                    + "; add it, or name those that are there with text.label-column");
        }
        return found;
    }

    private static List<String> without(List<String> names, Optional<String> other) {
        return names.stream().filter(name -> !other.equals(Optional.of(name))).toList();
    }

    private static Optional<PairColumn.Chosen> pair(String place, List<String> names, ColumnNames wanted) {
        List<String> stripped = names.stream().map(String::strip).toList();
        return wanted.pair().choose(place, without(stripped, wanted.label()), wanted.text());
    }

    private static OptionalInt find(String place, List<String> names, List<String> allowed, String word) {
        List<Integer> found = new ArrayList<>();
        List<String> foundNames = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i).strip();
            if (allowed.contains(name)) {
                found.add(i);
                foundNames.add(name);
            }
        }
        if (found.size() > 1) {
            throw new InputException(place + ": more than one " + word + " column (" + Shown.list(foundNames)
                    + "); keep one of them, rename the others");
        }
        return found.isEmpty() ? OptionalInt.empty() : OptionalInt.of(found.get(0));
    }

    private static InputException missing(
            String place, List<String> names, ColumnNames wanted, ColumnNames.Column column) {
        String there = Shown.list(names.stream().map(String::strip).toList());
        Optional<String> given = wanted.given(column);
        if (given.isPresent()) {
            return new InputException(place + ": no column " + Shown.of(given.get()) + ", which " + column.setting()
                    + " names; set it to one that is there (the columns are: " + there + ")");
        }
        return new InputException(place + ": no " + column.word() + " column; name it "
                + String.join(" or ", wanted.allowed(column)) + ", or set " + column.setting()
                + " to its name (the columns are: " + there + ")");
    }
}
