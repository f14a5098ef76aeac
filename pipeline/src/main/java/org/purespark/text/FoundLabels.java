// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.purespark.InputException;
import org.purespark.batch.LabelMeaning;

/**
 * The labels that occur in a source. They are numbered from 0 in the order in which they are met; a score's number is
 * {@link LabelMeaning.Scores}.
 *
 * @param source the address of the rows
 * @param form of its labels
 * @param column name of the labels' column, for messages
 * @param places for each label, or set of labels, the place of its first row, for messages; in the order of their
 *     numbers; none for scores
 * @param scores the range of the scores; empty for other labels, or without any
 * @param groups scores and their groups by number; empty where scores have no groups
 */
public record FoundLabels(
        String source,
        LabelForm form,
        String column,
        List<Place> places,
        Optional<Range> scores,
        Optional<LabelMeaning.GroupedScores> groups) {
    /** Far more than classes that a classifier has; a column of names or of texts is found by it. */
    private static final int MOST = 10_000;

    /** Of texts that are not from a file, or from one with a usual name. */
    private static final String USUAL_COLUMN = "label";

    /** Far more sets of labels than occur where labels go together. */
    private static final int MOST_SETS = 200_000;

    /** A label and where it is first met. */
    public record Place(String label, String inWords) {}

    /**
     * Lowest and highest score.
     *
     * @param lowPlace where the lowest is first met, in words
     * @param highPlace where the highest is
     */
    public record Range(float low, float high, String lowPlace, String highPlace) {
        private Range with(float score, String place) {
            return new Range(
                    Math.min(low, score),
                    Math.max(high, score),
                    score < low ? place : lowPlace,
                    score > high ? place : highPlace);
        }
    }

    public FoundLabels {
        places = List.copyOf(places);
    }

    /** Classes. */
    public FoundLabels(String source, List<Place> places) {
        this(source, LabelForm.CLASS, USUAL_COLUMN, places, Optional.empty(), Optional.empty());
    }

    /** The labels, in the order of their numbers. */
    public List<String> labels() {
        return places.stream().map(Place::label).toList();
    }

    /** The labels, without an order. */
    Set<String> asSet() {
        return Set.copyOf(labels());
    }

    /** The labels that are in the sets of this source, each with its first place; of classes the same as this. */
    FoundLabels each() {
        if (form != LabelForm.SET) {
            return this;
        }
        Map<String, Place> single = new LinkedHashMap<>();
        for (Place set : places) {
            LabelNames.of(set.label(), cell(set.inWords()))
                    .forEach(name -> single.putIfAbsent(name, new Place(name, set.inWords())));
        }
        return new FoundLabels(
                source, LabelForm.CLASS, column, List.copyOf(single.values()), Optional.empty(), Optional.empty());
    }

    /** The column of the labels in a row, for messages. */
    String cell(String place) {
        return place + ", column " + column;
    }

    /**
     * What the label numbers stand for.
     *
     * @throws InputException for a label that is none of the set's
     */
    public LabelMeaning meaning(LabelSet set) {
        return switch (form) {
            case CLASS -> new LabelMeaning.Classes(places.stream()
                    .mapToInt(place -> set.indexOf(place.label()))
                    .toArray());
            case SET -> new LabelMeaning.Sets(
                    places.stream().map(place -> row(place, set)).toArray(float[][]::new));
            case SCORE -> groups.isPresent() ? groups.get() : new LabelMeaning.Scores();
        };
    }

    private float[] row(Place place, LabelSet set) {
        float[] row = new float[set.size()];
        LabelNames.of(place.label(), cell(place.inWords())).forEach(name -> row[set.indexOf(name)] = 1);
        return row;
    }

    /** Numbers the labels of rows, one row after the other. */
    static final class Builder {
        private final String source;
        private final LabelForm form;
        private final String column;
        private final Map<String, Integer> numbers = new HashMap<>();
        private final List<Place> places = new ArrayList<>();
        private Range scores;
        /** Null where scores have no groups. */
        private final ScoreGroups groups;

        private long rows;

        Builder(String source, LabelForm form) {
            this(source, form, USUAL_COLUMN, Grouping.NONE);
        }

        /**
         * @param column name of the labels' column, for messages
         * @param grouping of scores
         */
        Builder(String source, LabelForm form, String column, Grouping grouping) {
            this.source = source;
            this.form = form;
            this.column = column;
            this.groups = form == LabelForm.SCORE && grouping == Grouping.BY_FIRST_TEXT ? new ScoreGroups() : null;
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
         * @throws InputException if there are far too many, or it is not of the form
         */
        int number(RowUnit unit, LabelledText row) {
            String place = place(unit, row.number());
            rows++;
            if (row.label() == null) {
                return -1;
            }
            return switch (form) {
                case CLASS -> numbered(row.label(), place, MOST, "different labels");
                case SET -> numbered(
                        LabelNames.text(LabelNames.of(row.label(), cell(place))), place, MOST_SETS, "sets of labels");
                case SCORE -> score(row, place);
            };
        }

        private int numbered(String label, String place, int most, String what) {
            Integer number = numbers.get(label);
            if (number == null) {
                number = places.size();
                if (number == most) {
                    throw new InputException(cell(place) + ": there are more than " + most + " " + what
                            + "; name the column of the labels with text.label-column");
                }
                numbers.put(label, number);
                places.add(new Place(label, place));
            }
            return number;
        }

        private int score(LabelledText row, String place) {
            float score = ScoreText.parse(row.label(), cell(place));
            scores = scores == null ? new Range(score, score, place, place) : scores.with(score, place);
            return groups == null
                    ? LabelMeaning.Scores.number(score)
                    : groups.number(score, row.parts().first());
        }

        private String cell(String place) {
            return place + ", column " + column;
        }

        FoundLabels build() {
            return new FoundLabels(
                    source,
                    form,
                    column,
                    Collections.unmodifiableList(places),
                    Optional.ofNullable(scores),
                    Optional.ofNullable(groups).map(ScoreGroups::meaning));
        }
    }
}
