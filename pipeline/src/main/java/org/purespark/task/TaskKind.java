// SPDX-License-Identifier: Apache-2.0
package org.purespark.task;

import java.util.Arrays;
import java.util.Optional;

/** What a classifier answers, by transformers' name of it ({@code problem_type} in {@code config.json}). */
public enum TaskKind {
    /** One of C classes. */
    ONE_LABEL("single_label_classification"),
    /** Any of C labels: none, some or all of them. */
    MANY_LABELS("multi_label_classification"),
    /** One number, such as a rating or how well two texts fit. */
    SCORE("regression");

    private final String problemType;

    TaskKind(String problemType) {
        this.problemType = problemType;
    }

    /** The value of {@code problem_type}. */
    public String problemType() {
        return problemType;
    }

    /** The kind with that {@code problem_type}. */
    public static Optional<TaskKind> ofProblemType(String name) {
        return Arrays.stream(values())
                .filter(kind -> kind.problemType.equals(name))
                .findFirst();
    }
}
