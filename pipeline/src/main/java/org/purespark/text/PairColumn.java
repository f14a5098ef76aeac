// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.purespark.InputException;
import org.purespark.Shown;

/** Which column, if any, holds the second text of each row; then the source is one of pairs. */
public sealed interface PairColumn {
    String SETTING = "text.pair-column";

    /** The usual name of the second text's column, whatever the first one's name is. */
    String USUAL_NAME = "text_pair";

    /** Two names of columns that make a pair. */
    record Names(String first, String second) {
        private boolean areIn(List<String> names) {
            return names.contains(first) && names.contains(second);
        }

        private String inWords() {
            return first + " and " + second;
        }
    }

    /** The usual names of both columns. */
    List<Names> USUAL_PAIRS = List.of(
            new Names("sentence1", "sentence2"),
            new Names("premise", "hypothesis"),
            new Names("question", "sentence"),
            new Names("question1", "question2"),
            new Names("query", "passage"),
            new Names("text1", "text2"));

    /**
     * Chooses the columns of a pair.
     *
     * @param place where the names are, for messages
     * @param names of the columns, without spaces around them and without that of the label if the user names it
     * @param text the name of the first text's column, if the user gives it
     * @return nothing if the source has single texts
     * @throws InputException if there is more than one choice, or a column that the user names is missing
     */
    Optional<Chosen> choose(String place, List<String> names, Optional<String> text);

    /**
     * The columns of a pair.
     *
     * @param firsts names that the first text's column may have
     * @param second the name of the second text's column
     */
    record Chosen(List<String> firsts, String second) {}

    /** The source has single texts, whatever columns there are. */
    record None() implements PairColumn {
        @Override
        public Optional<Chosen> choose(String place, List<String> names, Optional<String> text) {
            return Optional.empty();
        }
    }

    /** The user names the column. */
    record Named(String name) implements PairColumn {
        @Override
        public Optional<Chosen> choose(String place, List<String> names, Optional<String> text) {
            if (!names.contains(name)) {
                throw new InputException(place + ": no column " + Shown.of(name) + ", which " + SETTING
                        + " names; set it to one that is there, or to none for single texts (the columns are: "
                        + Shown.list(names) + ")");
            }
            if (text.isPresent()) {
                return Optional.of(new Chosen(List.of(text.get()), name));
            }
            Stream<String> partners = USUAL_PAIRS.stream()
                    .filter(usual -> usual.second().equals(name))
                    .map(Names::first);
            List<String> firsts = Stream.concat(ColumnNames.TEXT_NAMES.stream(), partners)
                    .filter(first -> !first.equals(name))
                    .toList();
            return Optional.of(new Chosen(firsts, name));
        }
    }

    /**
     * The names tell it: {@value #USUAL_NAME} beside any text's column; else, unless the user names the first text's
     * column, one of {@link #USUAL_PAIRS}. A column that alone holds texts by its name is only part of a pair if its
     * own partner is there.
     */
    record Usual() implements PairColumn {
        @Override
        public Optional<Chosen> choose(String place, List<String> names, Optional<String> text) {
            if (names.contains(USUAL_NAME) && !text.equals(Optional.of(USUAL_NAME))) {
                return Optional.of(new Chosen(text.map(List::of).orElse(ColumnNames.TEXT_NAMES), USUAL_NAME));
            }
            if (text.isPresent()) {
                return Optional.empty();
            }
            List<String> alone =
                    ColumnNames.TEXT_NAMES.stream().filter(names::contains).toList();
            List<Names> there = new ArrayList<>();
            for (Names usual : USUAL_PAIRS) {
                if (usual.areIn(names) && (alone.isEmpty() || alone.equals(List.of(usual.second())))) {
                    there.add(usual);
                }
            }
            if (there.size() > 1) {
                throw new InputException(place + ": more than one pair of text columns ("
                        + String.join("; ", there.stream().map(Names::inWords).toList())
                        + "); set text.text-column and " + SETTING + " to those that are meant");
            }
            return there.stream().findFirst().map(found -> new Chosen(List.of(found.first()), found.second()));
        }
    }
}
