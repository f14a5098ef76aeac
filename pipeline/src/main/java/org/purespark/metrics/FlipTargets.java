// SPDX-License-Identifier: Apache-2.0
package org.purespark.metrics;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.purespark.task.TaskKind;

/**
 * What an attack may want of a model: a class; with many labels, one label given ({@code toxic}) or taken
 * ({@code not toxic}); with a score, {@code up} or {@code down}. They are numbered as in {@link Tally}.
 *
 * @param labels the C names
 */
public record FlipTargets(TaskKind task, List<String> labels) {
    private static final String NOT = "not ";

    public FlipTargets {
        labels = List.copyOf(labels);
    }

    /** Number of targets. */
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
            case ONE_LABEL -> label(target);
            case MANY_LABELS -> (target % 2 == 0 ? "" : NOT) + label(target / 2);
            case SCORE -> target == ScorePairs.UP ? "up" : "down";
        };
    }

    /** All names, in the order of the targets. */
    public List<String> names() {
        return IntStream.range(0, count()).mapToObj(this::name).toList();
    }

    /** The number of the target of this name. */
    public OptionalInt number(String name) {
        return IntStream.range(0, count())
                .filter(target -> name(target).equals(name))
                .findFirst();
    }

    private String label(int number) {
        return Optional.of(number)
                .filter(n -> n < labels.size())
                .map(labels::get)
                .orElse(Integer.toString(number));
    }
}
