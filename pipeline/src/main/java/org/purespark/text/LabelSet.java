// SPDX-License-Identifier: Apache-2.0
package org.purespark.text;

import java.io.Serializable;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.purespark.InputException;
import org.purespark.Shown;

/**
 * The classes, in the order of their numbers 0 to C - 1.
 *
 * @param names C class names, as in {@code id2label}
 * @param labels the C labels, as in the data: the names, or with {@link LabelSource#CHECKPOINT_IDS} the numbers
 * @param source how the labels of the data are matched to the names
 */
public record LabelSet(List<String> names, List<String> labels, LabelSource source) implements Serializable {
    private static final List<String> SCORE = List.of("LABEL_0");
    private static final String ZERO_AND_ONE = LabelNames.text(List.of("0", "1"));
    private static final Pattern INTEGER = Pattern.compile("0|-?[1-9][0-9]*");

    public LabelSet {
        names = List.copyOf(names);
        labels = List.copyOf(labels);
        if (names.isEmpty() || names.size() != labels.size()) {
            throw new IllegalArgumentException(
                    "a label set needs classes, each with a name and a label: " + names + ", " + labels);
        }
    }

    /**
     * The one score of a model, under the name that the checkpoint has for it.
     *
     * @param checkpointLabels one name, or none where the model gets a new classifier
     */
    public static LabelSet ofScore(List<String> checkpointLabels) {
        return checkpointLabels.size() == 1
                ? new LabelSet(checkpointLabels, checkpointLabels, LabelSource.CHECKPOINT_NAMES)
                : new LabelSet(SCORE, SCORE, LabelSource.TRAIN);
    }

    /**
     * The classes of a training run. Train's labels are matched to the checkpoint's classes ({@link LabelMatch}), else
     * they are numbered in sorted order (numerically where all are integers).
     *
     * @param checkpointLabels the names of {@code id2label} in the order of their ids; empty if there are none
     * @param train all its rows labelled, at least two classes
     * @param others the other splits; they may lack classes of train, see {@link #requireEveryClass}
     * @param choice what the user says of the labels
     * @throws InputException if train has one class only, another split has a label that does not occur in train, or
     *     the labels may mean the checkpoint's classes, but it is not clear which means which
     */
    public static LabelSet resolve(
            List<String> checkpointLabels, FoundLabels train, List<FoundLabels> others, LabelChoice choice) {
        boolean sets = train.form() == LabelForm.SET;
        if (sets) {
            requireALabel(train);
        } else {
            requireTwoClasses(train);
        }
        List<String> classes = LabelMatch.stripped(checkpointLabels);
        boolean namesAreKnown = sets && classes.containsAll(train.each().asSet());
        for (FoundLabels other : others) {
            // A label of a model that no train text has is one that the model may give.
            requireLabelsOf(train.each(), namesAreKnown ? classes : List.of(), other.each());
        }
        List<String> used = sorted(train.each().asSet());
        Optional<LabelMatch> match = LabelMatch.of(checkpointLabels, used, choice);
        if (match.isPresent()) {
            LabelSet matched = new LabelSet(
                    checkpointLabels, match.get().labels(), match.get().source());
            matched.requireClear(train, others);
            return matched;
        }
        boolean mayMeanThem = choice.kind() == LabelChoice.Kind.AUTOMATIC && used.size() <= checkpointLabels.size();
        if (mayMeanThem) {
            throw new InputException(train.source() + ": the labels " + Shown.list(used)
                    + " are not the " + (sets ? "labels" : "classes") + " of the model, " + Shown.list(checkpointLabels)
                    + "; " + LabelSuggestion.of(checkpointLabels, used)
                    + ", or give the model a new classifier with --labels new");
        }
        LabelSet own = new LabelSet(used, used, LabelSource.TRAIN);
        own.requireClear(train, others);
        return own;
    }

    private void requireClear(FoundLabels train, List<FoundLabels> others) {
        requireClear(train);
        others.forEach(this::requireClear);
    }

    /**
     * Refuses 0 and 1 together where there are two labels: it may name both of them, or say of each whether the text
     * has it. With more labels a list of 0 and 1 for each has an entry twice, which {@link LabelNames} refuses.
     */
    private void requireClear(FoundLabels found) {
        if (found.form() != LabelForm.SET || size() != 2 || source == LabelSource.CHECKPOINT_MAPPED) {
            return;
        }
        for (FoundLabels.Place place : found.places()) {
            if (place.label().equals(ZERO_AND_ONE)) {
                throw new InputException(found.cell(place.inWords()) + ": 0 and 1 together, of two labels, may be the"
                        + " numbers of both, or a 0 and a 1 for each; " + clearer());
            }
        }
    }

    private String clearer() {
        String columns = "give each label a column of 0 and 1";
        if (source == LabelSource.TRAIN) {
            return columns + ", or write other names than 0 and 1";
        }
        String one = Shown.of(names.get(0));
        String other = Shown.of(names.get(1));
        String first = LabelSuggestion.pairName(names, 0);
        String second = LabelSuggestion.pairName(names, 1);
        return columns + ", write the names of the text's labels, such as [\"" + one + "\", \"" + other + "\"]"
                + (first == null || second == null
                        ? ""
                        : ", or say what the numbers mean with --labels '0=" + first + ",1=" + second + "'");
    }

    /**
     * The classes of a checkpoint that is used without training; rows without a label are ignored.
     *
     * @param checkpointLabels the names of {@code id2label} in the order of their ids, at least two
     * @param choice what the user says of the labels
     * @throws InputException if the labels do not mean the checkpoint's classes without doubt, or the choice is a new
     *     classifier
     */
    public static LabelSet ofCheckpoint(List<String> checkpointLabels, List<FoundLabels> sources, LabelChoice choice) {
        if (choice.kind() == LabelChoice.Kind.NEW_CLASSIFIER) {
            throw new InputException("text.labels (--labels) is new, which is for trainings: here the classes are those"
                    + " of the checkpoint, " + Shown.list(checkpointLabels) + "; leave it out");
        }
        boolean sets = sources.stream().anyMatch(source -> source.form() == LabelForm.SET);
        if (checkpointLabels.size() < (sets ? 1 : 2)) {
            throw new InputException("the checkpoint names " + checkpointLabels.size()
                    + (sets ? " labels, one at least is" : " classes, two at least are")
                    + " needed; complete id2label in its config.json");
        }
        List<FoundLabels> single = sources.stream().map(FoundLabels::each).toList();
        Set<String> used = new LinkedHashSet<>();
        single.forEach(source -> used.addAll(source.labels()));
        LabelMatch match = LabelMatch.of(checkpointLabels, used, choice)
                .orElseThrow(() -> notOfCheckpoint(checkpointLabels, single, sorted(used), sets));
        LabelSet matched = new LabelSet(checkpointLabels, match.labels(), match.source());
        sources.forEach(matched::requireClear);
        return matched;
    }

    /** Number of classes C. */
    public int size() {
        return names.size();
    }

    /** Whether the labels are names of classes, and one of them is the number of another class too. */
    public boolean namesAreOtherNumbers() {
        List<String> ids = LabelMatch.ids(names.size());
        return source == LabelSource.CHECKPOINT_NAMES
                && labels.stream().anyMatch(name -> ids.contains(name) && ids.indexOf(name) != labels.indexOf(name));
    }

    /**
     * The class number of a label.
     *
     * @param label as in the data, or a class name
     * @return 0 to C - 1
     * @throws InputException for any other label, naming the known ones
     */
    public int indexOf(String label) {
        int index = labels.indexOf(label);
        if (index < 0) {
            index = names.indexOf(label);
        }
        if (index < 0) {
            String known = labels.equals(names) ? "" : ", or by name " + Shown.list(names);
            throw new InputException(
                    "unknown label " + Shown.of(label) + "; the labels are " + Shown.list(labels) + known);
        }
        return index;
    }

    /**
     * Checks that there are labels of two classes.
     *
     * @throws InputException if there are fewer than two labels
     */
    public static void requireTwoClasses(FoundLabels found) {
        List<String> used = found.labels();
        if (used.size() < 2) {
            String few = used.isEmpty() ? "has no labels" : "has one label only (" + Shown.of(used.get(0)) + ")";
            throw new InputException(
                    found.source() + ": " + few + "; a classifier needs texts of two classes at least");
        }
    }

    private static void requireALabel(FoundLabels found) {
        if (found.each().places().isEmpty()) {
            throw new InputException(found.source() + ": no text has a label; a classifier of many labels needs texts"
                    + " that have some");
        }
    }

    /**
     * Checks that every label of a split occurs in train.
     *
     * @throws InputException naming the row and its label
     */
    public static void requireLabelsOf(FoundLabels train, FoundLabels split) {
        requireLabelsOf(train, List.of(), split);
    }

    private static void requireLabelsOf(FoundLabels train, List<String> more, FoundLabels split) {
        Set<String> known = new HashSet<>(train.asSet());
        known.addAll(more);
        for (FoundLabels.Place found : split.places()) {
            if (!known.contains(found.label())) {
                throw new InputException(split.cell(found.inWords()) + ": label " + Shown.of(found.label())
                        + " does not occur in " + train.source() + ", whose labels are " + Shown.list(sorted(known))
                        + "; every split must have the same labels");
            }
        }
    }

    /**
     * Checks that a split has texts of every class of train.
     *
     * @throws InputException naming the split and the missing labels
     */
    public static void requireEveryClass(FoundLabels train, FoundLabels split) {
        Set<String> absent = new HashSet<>(train.labels());
        absent.removeAll(split.asSet());
        if (!absent.isEmpty()) {
            throw new InputException(split.source() + ": no text has label "
                    + sorted(absent).stream().map(Shown::of).collect(Collectors.joining(" or ")) + ", which occurs in "
                    + train.source() + "; add texts of every class");
        }
    }

    private static InputException notOfCheckpoint(
            List<String> checkpointLabels, List<FoundLabels> sources, List<String> used, boolean sets) {
        Set<String> known = new HashSet<>(LabelMatch.stripped(checkpointLabels));
        boolean names =
                sources.stream().flatMap(source -> source.labels().stream()).anyMatch(known::contains);
        Set<String> accepted = names ? known : Set.copyOf(LabelMatch.ids(checkpointLabels.size()));
        for (FoundLabels source : sources) {
            for (FoundLabels.Place found : source.places()) {
                if (!accepted.contains(found.label())) {
                    return new InputException(source.cell(found.inWords()) + ": label " + Shown.of(found.label())
                            + (sets
                                    ? " is no label of the checkpoint; its labels are "
                                    : " is no class of the checkpoint; its classes are ")
                            + Shown.list(checkpointLabels)
                            + " (or 0 to " + (checkpointLabels.size() - 1) + ")" + advice(checkpointLabels, used));
                }
            }
        }
        return new InputException("the names in the checkpoint's id2label are not distinct ("
                + Shown.list(checkpointLabels) + "); write the labels as 0 to " + (checkpointLabels.size() - 1));
    }

    private static String advice(List<String> checkpointLabels, List<String> used) {
        return used.size() > checkpointLabels.size() ? "" : "; " + LabelSuggestion.of(checkpointLabels, used);
    }

    /** Sorted by value if all are integers, else by their characters. */
    private static List<String> sorted(Set<String> labels) {
        boolean integers =
                labels.stream().allMatch(label -> INTEGER.matcher(label).matches());
        Comparator<String> order = integers ? Comparator.comparing(BigInteger::new) : Comparator.naturalOrder();
        Set<String> ordered = new TreeSet<>(order);
        ordered.addAll(labels);
        return List.copyOf(ordered);
    }
}
