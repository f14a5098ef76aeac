// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.purespark.task.TaskKind;

/**
 * What an attack may want of a model: a class; with many labels, one label given ({@code toxic}) or taken
 * ({@code not toxic}); with a score, {@code up} or {@code down}. They are numbered as in {@link Tally}. An attack from
 * all classes to all wants the next class of each text's own, and has the number C.
 *
 * @param labels the C names
 */
public record FlipTargets(TaskKind task, List<String> labels) {
    /** The target of an attack from all classes to all: each class's next one, and of the last class the first. */
    public static final String NEXT_CLASS = "next class";

    private static final String NOT = "not ";

    public FlipTargets {
        labels = List.copyOf(labels);
    }

    /** Number of targets, without {@link #NEXT_CLASS}. */
    public int count() {
        return switch (task) {
            case ONE_LABEL -> labels.size();
            case MANY_LABELS -> 2 * labels.size();
            case SCORE -> 2;
        };
    }

    /** The target's name. */
    public String name(int target) {
        return switch (task) {
            case ONE_LABEL -> isNextClass(target) ? NEXT_CLASS : label(target);
            case MANY_LABELS -> (target % 2 == 0 ? "" : NOT) + label(target / 2);
            case SCORE -> target == ScorePairs.UP ? "up" : "down";
        };
    }

    /** All names, in the order of the targets, without {@link #NEXT_CLASS}. */
    public List<String> names() {
        return IntStream.range(0, count()).mapToObj(this::name).toList();
    }

    /** The number of the target of this name. A class that is called {@link #NEXT_CLASS} comes first. */
    public OptionalInt number(String name) {
        OptionalInt number = IntStream.range(0, count())
                .filter(target -> name(target).equals(name))
                .findFirst();
        return number.isEmpty() && NEXT_CLASS.equals(name) && isNextClass(labels.size())
                ? OptionalInt.of(labels.size())
                : number;
    }

    private boolean isNextClass(int target) {
        return task == TaskKind.ONE_LABEL && target == labels.size() && target > 1;
    }

    private String label(int number) {
        return Optional.of(number)
                .filter(n -> n < labels.size())
                .map(labels::get)
                .orElse(Integer.toString(number));
    }
}
