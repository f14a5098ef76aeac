// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * The labels of the data as classes of a checkpoint.
 *
 * @param labels for each class its label in the data; its name where no label means it
 * @param source how they are matched
 */
record LabelMatch(List<String> labels, LabelSource source) {
    private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,9}\\.0+");

    /**
     * Matches by name, else by integer id, else by name in other letters, else by ids that are written with a fraction
     * of 0; or as the user says.
     *
     * @param classes names of the checkpoint's classes in the order of their ids
     * @param used the labels in the data
     * @return empty if there is no match without doubt
     * @throws InputException if the user's map has no such class, lacks a label, or gives a class two labels
     */
    static Optional<LabelMatch> of(List<String> classes, Collection<String> used, LabelChoice choice) {
        if (classes.isEmpty() || choice.kind() == LabelChoice.Kind.NEW_CLASSIFIER) {
            return Optional.empty();
        }
        if (choice.kind() == LabelChoice.Kind.MAP) {
            return Optional.of(mapped(classes, used, choice));
        }
        List<String> names = stripped(classes);
        // A name of two classes does not identify a class.
        boolean distinct = new HashSet<>(names).size() == names.size();
        List<String> ids = ids(classes.size());
        if (distinct && names.containsAll(used)) {
            return Optional.of(new LabelMatch(names, LabelSource.CHECKPOINT_NAMES));
        }
        if (ids.containsAll(used)) {
            return Optional.of(new LabelMatch(ids, LabelSource.CHECKPOINT_IDS));
        }
        Optional<LabelMatch> otherLetters = spelt(names, used, LabelMatch::folded, names);
        return otherLetters.isPresent() ? otherLetters : spelt(ids, used, LabelMatch::whole, names);
    }

    /** Labels have no spaces around them, so the names of classes are compared without. */
    static List<String> stripped(List<String> classes) {
        return classes.stream().map(String::strip).toList();
    }

    /** {@code 0} to {@code C - 1}. */
    static List<String> ids(int classes) {
        return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    }

    /**
     * Labels that are the keys of classes in another spelling.
     *
     * @param keys one for each class
     * @param names of the classes, for those that no label means
     */
    private static Optional<LabelMatch> spelt(
            List<String> keys, Collection<String> used, UnaryOperator<String> plain, List<String> names) {
        List<String> plainKeys = keys.stream().map(plain).toList();
        if (new HashSet<>(plainKeys).size() < plainKeys.size()) {
            return Optional.empty();
        }
        List<String> labels = new ArrayList<>(names);
        HashSet<Integer> taken = new HashSet<>();
        for (String label : used) {
            int index = plainKeys.indexOf(plain.apply(label));
            if (index < 0 || !taken.add(index)) {
                return Optional.empty();
            }
            labels.set(index, label);
        }
        return Optional.of(new LabelMatch(labels, LabelSource.CHECKPOINT_SPELT));
    }

    /** Letters of both cases are the same, in every language. */
    static String folded(String name) {
        StringBuilder folded = new StringBuilder();
        name.codePoints()
                .map(Character::toUpperCase)
                .map(Character::toLowerCase)
                .forEach(folded::appendCodePoint);
        return folded.toString();
    }

    static String whole(String label) {
        return WHOLE.matcher(label).matches() ? label.substring(0, label.indexOf('.')) : label;
    }

    private static LabelMatch mapped(List<String> classes, Collection<String> used, LabelChoice choice) {
        List<String> names = stripped(classes);
        List<String> labels = new ArrayList<>(names);
        HashSet<Integer> taken = new HashSet<>();
        for (Map.Entry<String, String> pair : choice.classes().entrySet()) {
            int index = names.indexOf(pair.getValue());
            if (index != names.lastIndexOf(pair.getValue())) {
                throw new InputException("--labels: several classes of the checkpoint have the name "
                        + Shown.of(pair.getValue()) + "; give the number of one, 0 to " + (classes.size() - 1));
            }
            index = index < 0 ? ids(classes.size()).indexOf(pair.getValue()) : index;
            if (index < 0) {
                throw new InputException("--labels: " + Shown.of(pair.getValue())
                        + " is no class of the checkpoint; its classes are " + Shown.list(classes) + " (or 0 to "
                        + (classes.size() - 1) + ")");
            }
            if (!taken.add(index)) {
                throw new InputException("--labels: two labels mean the class " + Shown.of(classes.get(index))
                        + "; write them the same in the data");
            }
            labels.set(index, pair.getKey());
        }
        for (String label : used) {
            if (!choice.classes().containsKey(label)) {
                throw new InputException(
                        "--labels: it has no pair for the label " + Shown.of(label) + " of the data; its pairs are for "
                                + Shown.list(choice.classes().keySet()));
            }
        }
        return new LabelMatch(labels, LabelSource.CHECKPOINT_MAPPED);
    }
}
